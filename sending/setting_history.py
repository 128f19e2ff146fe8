"""What the history tables say about a workspace's settings: every change, by whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.models import User
from sending.models import FrequencyLaw, LawChoice, SenderNumber, SenderPreferences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import Model

    from accounts.models import Workspace


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row, from one value to another; ``who`` is empty for what no person did."""

    at: datetime
    who: str
    what: str
    old: str
    new: str


# History table -> the model, its look-up to the workspace, and the fields worth showing.
_TRACKED: tuple[tuple[str, type[Model], str, tuple[str, ...]], ...] = (
    (
        "SenderPreferencesEvent",
        SenderPreferences,
        "workspace",
        ("us_sender", "smart_sending", "smart_sending_hours", "state_law_limits"),
    ),
    ("SenderNumberEvent", SenderNumber, "pgh_obj__workspace", ("verification", "rate")),
    ("LawChoiceEvent", LawChoice, "workspace", ("applied",)),
)


@dataclass(frozen=True, slots=True)
class _Named:
    """What the rows that events refer to are called, by id."""

    senders: dict[int, str]
    laws: dict[int, str]

    def subject(self, event: Any) -> str:
        if hasattr(event, "law_id"):
            return f"{self.laws.get(event.law_id, '?')}: "
        if hasattr(event, "verification"):
            return f"{self.senders.get(event.pgh_obj_id, '?')}: "
        return ""

    def value(self, field: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("on") if value else _("off")
        if value is None:
            return _("none")
        if field == "us_sender":
            return self.senders.get(value, "?")
        if field == "verification":
            return str(SenderNumber.Verification(value).label)
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def changes(*, workspace: Workspace, limit: int) -> list[Change]:
    """The newest ``limit`` changes, newest first. A row's making is not a change of it,
    but for a recommended law, which it switches on."""
    named = _Named(
        dict(SenderNumber.objects.filter(workspace=workspace).values_list("pk", "number")),
        dict(FrequencyLaw.objects.values_list("pk", "state")),
    )
    found: list[tuple[Change, Any]] = []
    for table, model, path, fields in _TRACKED:
        events: Any = apps.get_model("sending", table)._default_manager
        rows = events.filter(**{path: workspace}).select_related("pgh_context")
        # Twice as many, so that most have the event before them to compare with.
        found.extend(_differences(rows.order_by("-pgh_id")[: limit * 2], model, fields, named))
    found.sort(key=lambda pair: pair[0].at, reverse=True)
    return _with_names(found[:limit])


def _differences(
    newest_first: Iterable[Any], model: type[Model], fields: tuple[str, ...], named: _Named
) -> Iterator[tuple[Change, Any]]:
    """Each field that an event changed, with the id of who did."""
    newer: dict[Any, Any] = {}
    for row in newest_first:
        after = newer.get(row.pgh_obj_id)
        newer[row.pgh_obj_id] = row
        if model is LawChoice and row.pgh_label == "insert" and row.applied:
            # Without a row a recommended law is off: making one switches it on.
            yield _switched_on(row, named)
        if after is None:
            continue
        who = after.pgh_context.metadata.get("user") if after.pgh_context else None
        for name in fields:
            field: Any = model._meta.get_field(name)
            old, new = getattr(row, field.attname), getattr(after, field.attname)
            if old != new:
                change = Change(
                    at=after.pgh_created_at,
                    who="",
                    what=f"{named.subject(after)}{field.verbose_name}",
                    old=named.value(name, old),
                    new=named.value(name, new),
                )
                yield change, who


def _switched_on(event: Any, named: _Named) -> tuple[Change, Any]:
    who = event.pgh_context.metadata.get("user") if event.pgh_context else None
    what = f"{named.subject(event)}{LawChoice._meta.get_field('applied').verbose_name}"
    return Change(at=event.pgh_created_at, who="", what=what, old=_("off"), new=_("on")), who


def _with_names(found: list[tuple[Change, Any]]) -> list[Change]:
    names = {
        person.pk: str(person)
        for person in User.objects.filter(pk__in={who for _change, who in found if who})
    }
    return [
        Change(at=each.at, who=names.get(who, ""), what=each.what, old=each.old, new=each.new)
        for each, who in found
    ]
