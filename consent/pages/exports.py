"""Everyone who opted in to a purpose, as a file that can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.roles import Capability
from consent.models import ConsentState, Purpose
from consent.pages.downloads import csv_response
from consent.resources import OptInResource

if TYPE_CHECKING:
    from django.http import HttpRequest, StreamingHttpResponse

    from accounts.scoping import WorkspaceModelAdmin

PART = 2_000


def export(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> StreamingHttpResponse:
    purpose: Purpose = admin.fetch(request, Capability.CONSENT, pk=pk)
    name = f"opt-ins-{purpose.pk}-{timezone.now():%Y%m%d}.csv"
    return csv_response(opted_in(purpose), name)


def opted_in(purpose: Purpose) -> Iterator[str]:
    """CSV in parts: the record behind each opt-in in force, read by contact, few at a time."""
    resource = OptInResource()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(resource.titles())
    yield "\ufeff" + buffer.getvalue()
    states = (
        ConsentState.objects.filter(purpose=purpose, status=ConsentState.Status.OPTED_IN)
        .select_related("record__contact")
        .order_by("contact_id")
    )
    last = 0
    while part := list(states.filter(contact_id__gt=last)[:PART]):
        buffer.seek(0)
        buffer.truncate()
        for state in part:
            writer.writerow(resource.export_line(state.record))
        yield buffer.getvalue()
        last = part[-1].contact_id
