from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from consent.models.purpose import Purpose

# Titles of our own columns in a file of rejects; when it comes back they are nobody's data.
OWN_TITLES = ("tollgate row", "tollgate verdict", "tollgate reason", "tollgate advice")


class ImportJob(models.Model):
    """One file of opt-ins, who answers for it, and how its columns are read.

    The file is kept: it is the proof behind the records that came from it.
    """

    class DateOrder(models.TextChoices):
        AUTO = "auto", _("As the file shows")
        DAY_FIRST = "dmy", _("Day first: 31/12/2025")
        MONTH_FIRST = "mdy", _("Month first: 12/31/2025")

    workspace = models.ForeignKey(
        "accounts.Workspace", models.PROTECT, related_name="imports", verbose_name=_("workspace")
    )
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="imports", verbose_name=_("purpose")
    )
    file = models.FileField(_("file"), upload_to="imports/%Y/%m", max_length=300)
    file_name = models.CharField(_("file name"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, validators=[RegexValidator("^[0-9a-f]+$")])
    encoding = models.CharField(_("encoding"), max_length=20)
    delimiter = models.CharField(_("delimiter"), max_length=1)
    header: models.JSONField[Any, list[str]] = models.JSONField(_("header"), default=list)
    mapping: models.JSONField[Any, dict[str, int]] = models.JSONField(
        _("columns"), default=dict, help_text=_("Column by field, counted from 0.")
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    date_order = models.CharField(
        _("order of day and month"),
        max_length=4,
        choices=DateOrder.choices,
        default=DateOrder.AUTO,
    )
    # The attestation: an import applies nothing without it.
    collected_by = models.CharField(_("who collected the consent"), max_length=200, blank=True)
    collection_method = models.TextField(_("how it was collected"), blank=True)
    not_bought = models.BooleanField(_("it was not bought, rented or exchanged"), default=False)
    attested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("attested by"),
    )
    attested_at = models.DateTimeField(_("attested"), null=True, blank=True)
    created_at = models.DateTimeField(_("uploaded"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(attested_at__isnull=True)
                | (
                    Q(not_bought=True, attested_by__isnull=False)
                    & ~Q(collected_by="")
                    & ~Q(collection_method="")
                ),
                name="attested_import_says_who_and_how_and_not_bought",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def encoding_in_words(self) -> str:
        """As people know it, who never heard of cp1252."""
        return {"cp1252": "Windows-1252"}.get(self.encoding, self.encoding.upper())

    @property
    def unknown_columns(self) -> list[str]:
        """The titles of columns that no field takes, without those of our rejects file."""
        used = set(self.mapping.values())
        return [
            title
            for index, title in enumerate(self.header)
            if index not in used and title not in OWN_TITLES
        ]


class ImportRun(models.Model):
    """One way through the file: a check that writes no consent, or the import itself.

    Every row read has a verdict, at every moment. ``position`` is the last row that is done with,
    counted as a spreadsheet does; it moves in the transaction that applies the rows.
    """

    class Kind(models.TextChoices):
        CHECK = "check", _("Dry run")
        IMPORT = "import", _("Import")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    job = models.ForeignKey(
        ImportJob, models.CASCADE, related_name="runs", verbose_name=_("import")
    )
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    status = models.CharField(
        _("state"), max_length=10, choices=Status.choices, default=Status.WAITING
    )
    position = models.PositiveIntegerField(_("row reached"), default=0)
    rows_total = models.PositiveIntegerField(_("rows in the file"), null=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    known = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    codes: models.JSONField[Any, dict[str, int]] = models.JSONField(_("reasons"), default=dict)
    notes: models.JSONField[Any, dict[str, int]] = models.JSONField(_("remarks"), default=dict)
    date_order = models.CharField(_("order of day and month"), max_length=4, blank=True)
    cancel_requested = models.BooleanField(_("to be cancelled"), default=False)
    error = models.TextField(_("what went wrong"), blank=True)
    created_at = models.DateTimeField(_("asked for"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    moved_at = models.DateTimeField(_("last progress"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("run of an import")
        verbose_name_plural = _("runs of imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["job", "kind"], name="one_run_per_import_and_kind"),
            models.CheckConstraint(
                condition=Q(rows_read=F("accepted") + F("known") + F("rejected")),
                name="every_row_read_has_a_verdict",
            ),
            models.CheckConstraint(
                condition=~Q(status="finished") | Q(rows_read=F("rows_total")),
                name="finished_run_read_every_row",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(status__in=["waiting", "running"]),
                name="import_runs_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.job}"

    @property
    def is_under_way(self) -> bool:
        return self.status in {self.Status.WAITING, self.Status.RUNNING}

    @property
    def percent(self) -> int:
        return 100 * self.rows_read // self.rows_total if self.rows_total else 0


class ImportRow(models.Model):
    """The verdict on one row that was not accepted. A row of the file without one was accepted."""

    class Verdict(models.TextChoices):
        KNOWN = "known", _("Already known")
        REJECTED = "rejected", _("Rejected")

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="rows", db_index=False, verbose_name=_("run")
    )
    row = models.PositiveIntegerField(_("row"))
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    code = models.CharField(_("reason"), max_length=40)
    field = models.CharField(_("field"), max_length=20, blank=True)
    value = models.CharField(_("what it says"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("verdict on a row")
        verbose_name_plural = _("verdicts on rows")
        ordering = ["run", "row"]
        constraints = [
            models.UniqueConstraint(fields=["run", "row"], name="one_verdict_per_run_and_row")
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.code}"


class ImportEvent(models.Model):
    """An event that a dry run has met, by digest: what shows the second of two equal rows."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="+", db_index=False)
    event = models.UUIDField()
    row = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "event"], name="one_event_per_dry_run")
        ]

    def __str__(self) -> str:
        return str(self.event)
