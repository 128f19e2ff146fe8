"""What people do with an import: upload, set the columns, attest, check, import, cancel."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User, Workspace
from accounts.workers import wake
from consent.imports import sniff
from consent.imports.columns import FIELDS, guess
from consent.models import ImportJob, ImportRun, Purpose


def create(*, workspace: Workspace, purpose: Purpose, file: File[bytes], name: str) -> ImportJob:
    """Keep the file and look at it: encoding, delimiter, titles, and the columns they suggest.

    Raises `ValidationError` (``file_empty``, ``file_unreadable``, ``header_unreadable``,
    ``other_workspace``).
    """
    if purpose.workspace_id != workspace.pk:
        raise ValidationError(_("The purpose is of another workspace."), code="other_workspace")
    binary = file.file
    assert binary is not None
    encoding = sniff.encoding_of(binary)
    delimiter, header = sniff.titles_of(binary, encoding)
    digest, size = _digest(binary)
    job = ImportJob(
        workspace=workspace,
        purpose=purpose,
        file_name=PurePath(name).name[-200:],
        file_size=size,
        sha256=digest,
        encoding=encoding,
        delimiter=delimiter,
        header=header,
        mapping=guess(header),
    )
    # The name that people gave it stays out of the file system.
    job.file.save(f"{digest[:16]}.csv", file, save=False)
    job.save()
    return job


def unfinished(*, workspace: Workspace, purpose: Purpose, file: File[bytes]) -> ImportJob | None:
    """The import of this very file that has begun and was interrupted."""
    assert file.file is not None
    digest, _size = _digest(file.file)
    under_way = [ImportRun.Status.WAITING, ImportRun.Status.RUNNING]
    return ImportJob.objects.filter(
        workspace=workspace,
        purpose=purpose,
        sha256=digest,
        runs__kind=ImportRun.Kind.IMPORT,
        runs__status__in=under_way,
    ).first()


def _digest(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and size in bytes; leaves the file at its beginning."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while part := file.read(sniff.PART):
        digest.update(part)
        size += len(part)
    file.seek(0)
    return digest.hexdigest(), size


@transaction.atomic
def set_columns(
    *,
    job: ImportJob,
    mapping: Mapping[str, int],
    time_zone: str,
    date_order: ImportJob.DateOrder | str,
) -> ImportJob:
    """Say how the file is read; an earlier dry run is void then.

    Raises `ValidationError` (``import_started``, ``number_column_missing``, ``column_unknown``,
    ``column_twice``, ``time_zone_unknown``, ``date_order_unknown``).
    """
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if job.runs.filter(kind=ImportRun.Kind.IMPORT).exists():
        raise ValidationError(_("The import has begun already."), code="import_started")
    if "number" not in mapping:
        raise ValidationError(_("Say which column holds the number."), code="number_column_missing")
    if not set(mapping) <= set(FIELDS) or not all(
        0 <= index < len(job.header) for index in mapping.values()
    ):
        raise ValidationError(_("There is no such column."), code="column_unknown")
    if len(set(mapping.values())) < len(mapping):
        raise ValidationError(_("A column can be one field only."), code="column_twice")
    if date_order not in ImportJob.DateOrder.values:
        raise ValidationError(_("Choose an order of day and month."), code="date_order_unknown")
    check_zone(time_zone)
    job.mapping = dict(mapping)
    job.time_zone = time_zone
    job.date_order = date_order
    job.save(update_fields=["mapping", "time_zone", "date_order"])
    job.runs.filter(kind=ImportRun.Kind.CHECK).delete()
    return job


def check_zone(name: str) -> None:
    """Raise `ValidationError` (``time_zone_unknown``) unless it is an IANA name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValidationError(
            _("“%(name)s” is no time zone. Write one such as America/New_York."),
            code="time_zone_unknown",
            params={"name": name},
        ) from None


def attest(
    *, job: ImportJob, user: User, collected_by: str, collection_method: str, not_bought: bool
) -> None:
    """Keep who answers for the file: who collected the consent, how, and that it was not bought.

    Raises `ValidationError` (``attestation_missing``).
    """
    if not (collected_by.strip() and collection_method.strip() and not_bought):
        raise ValidationError(
            _(
                "Say who collected the consent and how, and state that it was not bought, rented "
                "or exchanged."
            ),
            code="attestation_missing",
        )
    job.collected_by = collected_by.strip()
    job.collection_method = collection_method.strip()
    job.not_bought = True
    job.attested_by = user
    job.attested_at = timezone.now()
    job.save(
        update_fields=[
            *("collected_by", "collection_method", "not_bought", "attested_by", "attested_at")
        ]
    )


@transaction.atomic
def request(*, job: ImportJob, kind: ImportRun.Kind, tell_workers: bool = True) -> ImportRun:
    """Queue a dry run or the import; one that is there already is simply returned.

    A cancelled or failed one goes on from where it stopped. Raises `ValidationError`
    (``number_column_missing``, ``attestation_missing``).
    """
    job = ImportJob.objects.select_for_update().get(pk=job.pk)
    if "number" not in job.mapping:
        raise ValidationError(_("Say which column holds the number."), code="number_column_missing")
    if kind == ImportRun.Kind.IMPORT and job.attested_at is None:
        raise ValidationError(
            _("Nobody has said yet who collected this consent, and how."),
            code="attestation_missing",
        )
    run, _created = ImportRun.objects.select_for_update().get_or_create(job=job, kind=kind)
    if run.status in {ImportRun.Status.CANCELLED, ImportRun.Status.FAILED}:
        run.status = ImportRun.Status.WAITING
        run.cancel_requested = False
        run.error = ""
        run.finished_at = None
        run.save(update_fields=["status", "cancel_requested", "error", "finished_at"])
    if tell_workers:
        wake("consent.run_import", run.pk)
    return run


def cancel(*, run: ImportRun) -> bool:
    """Stop a run: at once if it waits, else after the rows in hand; whether there was one to stop.

    What an import has applied by then stays: consent records are never deleted.
    """
    waiting = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.WAITING)
    if waiting.update(status=ImportRun.Status.CANCELLED, finished_at=timezone.now()):
        return True
    running = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING)
    return bool(running.update(cancel_requested=True))
