"""Import a file of opt-ins, or only check it."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Membership, User, Workspace
from accounts.roles import Capability
from consent.imports import jobs
from consent.imports.columns import FIELDS
from consent.imports.rejects import rejects
from consent.imports.run import work_on
from consent.management.lookups import purpose_named, workspace_named
from consent.models import ImportJob, ImportRun, Purpose


class Command(BaseCommand):
    help = (
        "Reads a CSV of opt-ins into a purpose of a workspace. An import that was interrupted goes "
        "on when the same command is given again. Rejected rows do not make the command fail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--purpose", required=True, metavar="NAME")
        parser.add_argument(
            "--dry-run", action="store_true", help="judge every row, write no consent"
        )
        parser.add_argument("--rejects", type=Path, metavar="OUT", help="write the rejects here")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")
        parser.add_argument("--user", metavar="E-MAIL", help="who attests and imports")
        parser.add_argument("--collected-by", default="", help="who collected the consent")
        parser.add_argument("--method", default="", help="how it was collected")
        parser.add_argument(
            "--not-bought",
            action="store_true",
            help="states that the consent was not bought, rented or exchanged",
        )
        parser.add_argument("--time-zone", default="UTC", help="for times that name none")
        parser.add_argument(
            "--date-order",
            choices=ImportJob.DateOrder.values,
            default="auto",
            help="of dates such as 01/02/2026; auto: as the file shows",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="FIELD=TITLE",
            help=f"which column is a field; fields: {', '.join(FIELDS)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._run(options)
            run.refresh_from_db()
            if run.status == ImportRun.Status.FAILED:
                raise CommandError(run.error)
            if options["rejects"]:
                self._write_rejects(run, options["rejects"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self._report(run, as_json=options["json"])

    def _run(self, options: dict[str, Any]) -> ImportRun:
        workspace = workspace_named(options["workspace"])
        purpose = purpose_named(workspace, options["purpose"])
        if options["rejects"]:
            _check_writable(options["rejects"], options["file"])
        user = None if options["dry_run"] else _attester(workspace, options["user"])
        job = self._job(workspace, purpose, options)
        kind = ImportRun.Kind.CHECK if options["dry_run"] else ImportRun.Kind.IMPORT
        if user is not None and job.attested_at is None:
            jobs.attest(
                job=job,
                user=user,
                collected_by=options["collected_by"],
                collection_method=options["method"],
                not_bought=options["not_bought"],
            )
        run = jobs.request(job=job, kind=kind, tell_workers=False)
        while not work_on(run.pk):
            # A worker has taken it up; wait for its end.
            time.sleep(0.5)
        return run

    def _job(self, workspace: Workspace, purpose: Purpose, options: dict[str, Any]) -> ImportJob:
        """The job of this file: the one that an interrupted call left, or a new one."""
        if not options["dry_run"] and not (
            options["collected_by"].strip() and options["method"].strip() and options["not_bought"]
        ):
            raise CommandError(
                "An import needs --collected-by, --method and --not-bought; --dry-run does not."
            )
        path: Path = options["file"]
        try:
            with path.open("rb") as file:
                job = jobs.unfinished(workspace=workspace, purpose=purpose, file=File(file))
                if job is not None and not options["dry_run"]:
                    return job
                job = jobs.create(
                    workspace=workspace, purpose=purpose, file=File(file), name=path.name
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from None
        mapping = _mapping(job, options["column"])
        if "number" not in mapping:
            job.delete()
            raise CommandError(
                f"{path} has no column for the number; say which with --column number=TITLE. "
                f"Its columns: {', '.join(job.header)}."
            )
        return jobs.set_columns(
            job=job,
            mapping=mapping,
            time_zone=options["time_zone"],
            date_order=options["date_order"],
        )

    def _write_rejects(self, run: ImportRun, path: Path) -> None:
        parts = rejects(run)
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(parts)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None

    def _report(self, run: ImportRun, *, as_json: bool) -> None:
        figures = {
            "import": run.job.pk,
            "dry_run": run.kind == ImportRun.Kind.CHECK,
            "status": run.status,
            "rows_read": run.rows_read,
            "accepted": run.accepted,
            "already_known": run.known,
            "rejected": run.rejected,
            "reasons": run.codes,
            "remarks": run.notes,
            "unknown_columns": run.job.unknown_columns,
        }
        if as_json:
            self.stdout.write(json.dumps(figures))
            return
        what = "Would accept" if figures["dry_run"] else "Accepted"
        self.stdout.write(
            f"{what} {run.accepted} of {run.rows_read} rows; already known {run.known}, "
            f"rejected {run.rejected}."
        )
        for code, count in sorted(run.codes.items()):
            self.stdout.write(f"  {code}: {count}")
        for code, count in sorted(run.notes.items()):
            self.stdout.write(f"  remark {code}: {count}")
        if run.job.unknown_columns:
            self.stdout.write(f"  columns not read: {', '.join(run.job.unknown_columns)}")


def _check_writable(path: Path, source: Path) -> None:
    """Before anything is imported; what the file holds stays until the new rejects are there."""
    if path.resolve() == source.resolve():
        raise CommandError(f"--rejects {path} is the file to be imported; name another one.")
    try:
        was_there = path.exists()
        path.open("ab").close()
        if not was_there:
            path.unlink()
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None


def _attester(workspace: Workspace, email: str | None) -> User:
    """Who answers for the import: a member who may import, or a superuser."""
    if not email:
        raise CommandError("Say with --user E-MAIL who attests the import.")
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no user {email}.")
    member = Membership.objects.filter(workspace=workspace, user=user).first()
    if not user.is_superuser and (member is None or not member.may(Capability.CONSENT)):
        raise CommandError(f"{email} may not import consent into {workspace.slug}.")
    return user


def _mapping(job: ImportJob, corrections: list[str]) -> dict[str, int]:
    mapping = dict(job.mapping)
    for correction in corrections:
        field, mark, title = correction.partition("=")
        if not mark or field not in FIELDS:
            raise CommandError(f"--column {correction}: write FIELD=TITLE with a known field.")
        if title not in job.header:
            raise CommandError(f"The file has no column {title}: {', '.join(job.header)}.")
        index = job.header.index(title)
        mapping = {name: at for name, at in mapping.items() if at != index}
        mapping[field] = index
    return mapping
