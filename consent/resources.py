"""One row of an opt-in file: the contract that the page, the stream and our exports share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from accounts.csv_escape import inert
from consent.contacts import KIND_CODES
from consent.imports.reading import Record
from consent.imports.times import EARLIEST, TimeError, read_time
from consent.ledger import OptIn
from consent.models import ConsentRecord
from consent.numbering import Number, NumberError, parse

# In English, German and Portuguese.
SOURCES = {
    ConsentRecord.Source.APPLICATION: """
        application, application form, bewerbung, bewerbungsformular,
        candidatura, inscrição, inscricao""",
    ConsentRecord.Source.KEYWORD: """
        keyword, inbound keyword, inbound_keyword, sms keyword, text message,
        stichwort, schlüsselwort, palavra-chave, palavra chave""",
    ConsentRecord.Source.IN_PERSON: """
        in person, in_person, in-person, persönlich, vor ort,
        pessoalmente, presencial, em pessoa""",
    ConsentRecord.Source.PHONE_CALL: """
        phone call, phone_call, phone, call, telephone, telefon, anruf, telefonat,
        telefone, ligação, ligacao, telefonema""",
    ConsentRecord.Source.WEB_FORM: """
        web form, web_form, webform, web, website, online, online form, webformular, formular,
        online-formular, formulário, formulario, formulário web, site""",
}
YES = frozenset({"yes", "ja", "sim"})


class Rejection(NamedTuple):
    """Why a row is not accepted; see `consent.imports.verdicts`."""

    row: int
    code: str
    field: str
    value: str


class CellError(ValidationError):
    """A cell that is not what its field asks for; ``code`` is stable."""

    code: str

    def __init__(self, code: str) -> None:
        super().__init__(code, code=code)


class NumberWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Number:
        try:
            number = parse(value)
        except NumberError as error:
            raise CellError(error.problem.value) from None
        if number.kind in KIND_CODES:
            raise CellError(KIND_CODES[number.kind])
        return number


class SourceWidget(Widget):
    known = {
        word.strip(): source.value for source, words in SOURCES.items() for word in words.split(",")
    }

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        source = self.known.get(value) or self.known.get(" ".join(value.casefold().split()))
        if source is None:
            raise CellError("source_unknown" if value.strip() else "source_missing")
        return source


class TimeWidget(Widget):
    """``now`` is moved on by the reader; ``remark`` tells about the text read last."""

    def __init__(self, zone: tzinfo = UTC, order: str = "") -> None:
        super().__init__()
        self.zone = zone
        self.order = order
        self.now = timezone.now()
        self.remark = ""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> datetime:
        if not value or value.isspace():
            raise CellError("time_missing")
        try:
            moment, self.remark = read_time(value, zone=self.zone, order=self.order)
        except TimeError as problem:
            raise CellError(problem.code) from None
        if moment > self.now:
            raise CellError("time_in_future")
        if moment < EARLIEST:
            raise CellError("time_before_2000")
        return moment

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> str:
        return value.astimezone(UTC).isoformat() if value else ""


class AnswerWidget(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if value == "yes" or value.strip().casefold() in YES:
            return "yes"
        raise CellError("answer_not_yes" if value.strip() else "answer_missing")


class TextWidget(Widget):
    def __init__(self, at_most: int) -> None:
        super().__init__()
        self.at_most = at_most

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return value
        value = value.strip()
        if len(value) > self.at_most:
            raise CellError("cell_too_long")
        return value


class WordingWidget(Widget):
    """The id of a wording ("fair", or "fair v2"), or the wording itself; gives (id, text)."""

    def __init__(self, wordings: Mapping[str, tuple[int, str]] | None = None) -> None:
        super().__init__()
        self.wordings = wordings or {}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> tuple[str, str]:
        if not value:
            return "", ""
        value = value.strip()
        found = self.wordings.get(value.lower())
        if found is not None:
            return str(found[0]), found[1]
        if value and not any(each.isspace() for each in value):
            # One word is no wording that anyone was shown: it is an id that we do not have.
            raise CellError("wording_unknown")
        if len(value) > 10_000:
            raise CellError("cell_too_long")
        return "", value


class OptInResource(Resource):
    """The columns of an opt-in file and what each may hold.

    `judge` is one row, for the page and for the stream. Exports use the same columns, so that what
    was exported can be imported again.
    """

    number = Field("contact__number", "number", NumberWidget())
    first_name = Field("contact__first_name", "first name", TextWidget(80))
    last_name = Field("contact__last_name", "last name", TextWidget(80))
    source = Field("source", "source", SourceWidget())
    occurred_at = Field("occurred_at", "time of consent", TimeWidget())
    answer = Field("answer", "answer", AnswerWidget())
    wording = Field("wording_text", "wording", WordingWidget())
    collector = Field("collector", "collected by", TextWidget(200))
    place = Field("place", "place", TextWidget(200))

    def __init__(
        self,
        *,
        mapping: Mapping[str, int] | None = None,
        zone: str = "UTC",
        order: str = "",
        wordings: Mapping[str, tuple[int, str]] | None = None,
        collector: str = "",
    ) -> None:
        """``mapping`` is the column of each field, from 0.

        ``collector`` is for rows that name none.
        """
        super().__init__()
        self.mapping = dict(mapping or {})
        self.time = TimeWidget(ZoneInfo(zone), order)
        self.fields["occurred_at"].widget = self.time
        self.fields["wording"].widget = WordingWidget(wordings)
        self.collected_by = collector
        self.remarks: dict[str, int] = {}
        self._plan = [
            (name, field.widget.clean, self.mapping.get(name, -1))
            for name, field in self.fields.items()
        ]

    def judge(self, record: Record) -> OptIn | Rejection:
        """What the row says when it is consent; else the first thing that is wrong with it."""
        row, cells, problem, lines = record
        if problem:
            return Rejection(row, problem, "lines", lines)
        said: list[Any] = []
        for name, clean, index in self._plan:
            cell = cells[index] if index >= 0 else ""
            try:
                # Our exports put an apostrophe before what looks like a formula.
                if cell[:1] == "'" and inert(cell[1:]) == cell:
                    cell = cell[1:]
                if "\0" in cell:
                    raise CellError("cell_unreadable")
                said.append(clean(cell))
            except CellError as refused:
                return Rejection(row, refused.code, name, cell.replace("\0", "")[:200])
        number, first, last, source, at, _yes, wording, collector, place = said
        if self.time.remark or at.tzinfo is self.time.zone:
            self._remark(self.time.remark)
            self._remark("time_without_zone" if at.tzinfo is self.time.zone else "")
        if not collector:
            collector = self.collected_by
            if source in ("in_person", "phone_call"):
                self._remark("collector_missing")
        return OptIn(
            str(row),
            number.e164,
            number.country,
            number.state,
            number.area_code,
            first,
            last,
            source,
            at.isoformat(),
            wording[0],
            wording[1],
            collector,
            place,
        )

    def _remark(self, code: str) -> None:
        if code:
            self.remarks[code] = self.remarks.get(code, 0) + 1

    def export_line(self, record: ConsentRecord) -> list[str]:
        """The cells of one record as an opt-in file has them, safe to open in a spreadsheet."""
        return [inert(str(field.export(record))) for field in self.fields.values()]

    def titles(self) -> list[str]:
        return [str(field.column_name) for field in self.fields.values()]
