"""Wordings: a new text is the next version of its id; what people were shown never changes."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max

from accounts.models import Workspace
from consent.models import Wording


@transaction.atomic
def add_version(*, wording: Wording) -> None:
    """Save ``wording`` as the next version of its id; two at once get one version each."""
    # The lock of the workspace's row: the version is counted once whoever came first has saved.
    Workspace.objects.select_for_update(no_key=True).get(pk=wording.workspace_id)
    versions = Wording.objects.filter(workspace_id=wording.workspace_id, code=wording.code)
    wording.version = (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
    wording.save(force_insert=True)
