"""The proof file of one record, if it is still the one that was recorded."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from accounts.roles import Capability
from consent.pages.frame import go

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from accounts.scoping import WorkspaceModelAdmin
    from consent.models import ConsentRecord


def proof_file(admin: WorkspaceModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
    """As a download, never shown in the browser: anyone may have put anything into it."""
    record: ConsentRecord = admin.fetch(request, Capability.CONSENT, pk=pk)
    if not record.proof:
        raise Http404
    try:
        file = record.proof.open("rb")
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
    except OSError:
        return _said(request, record, _("The proof file is no longer there."))
    if digest != record.proof_sha256:
        file.close()
        return _said(
            request,
            record,
            _("The proof file is not the one that was recorded: its SHA-256 is %s.") % digest,
        )
    name = f"proof-{record.pk}{PurePath(record.proof.name or '').suffix}"
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream"
    )


def _said(request: HttpRequest, record: ConsentRecord, sentence: str) -> HttpResponseBase:
    messages.error(request, sentence)
    return go("contact", "change", record.contact_id)
