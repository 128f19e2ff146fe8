"""What the history tables say about a workspace's settings: every change, by whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.translation import gettext as _

from accounts.models import User
from sending.models import FrequencyLaw, LawChoice, SenderNumber, SenderPreferences

if TYPE_CHECKING:
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


def changes(*, workspace: Workspace, limit: int) -> list[Change]:
    """The newest ``limit`` changes, newest first. A row's making is not a change of it."""
    found: list[tuple[Change, Any]] = []
    for table, model, path, fields in _TRACKED:
        found.extend(_of_table(table, model, {path: workspace}, fields, limit))
    found.sort(key=lambda pair: pair[0].at, reverse=True)
    return _with_names(found[:limit])


def _of_table(
    table: str, model: type[Model], scope: dict[str, Any], fields: tuple[str, ...], limit: int
) -> list[tuple[Change, Any]]:
    events: Any = apps.get_model("sending", table)._default_manager
    rows = list(
        events.filter(**scope).select_related("pgh_context").order_by("-pgh_id")[: limit * 2]
    )
    found = []
    newer: dict[Any, Any] = {}
    for row in rows:
        after = newer.get(row.pgh_obj_id)
        newer[row.pgh_obj_id] = row
        if after is None:
            continue
        who = after.pgh_context.metadata.get("user") if after.pgh_context else None
        for name in fields:
            field = model._meta.get_field(name)
            attname = getattr(field, "attname", name)
            old, new = getattr(row, attname), getattr(after, attname)
            if old != new:
                change = Change(
                    at=after.pgh_created_at,
                    who="",
                    what=f"{_subject(after)}{field.verbose_name}",  # type: ignore[union-attr]
                    old=_value(name, old),
                    new=_value(name, new),
                )
                found.append((change, who))
    return found


def _subject(event: Any) -> str:
    if hasattr(event, "law_id"):
        law = FrequencyLaw.objects.filter(pk=event.law_id).first()
        return f"{law.state}: " if law else ""
    if hasattr(event, "verification"):
        sender = SenderNumber.objects.filter(pk=event.pgh_obj_id).first()
        return f"{sender.number}: " if sender else ""
    return ""


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if value is None:
        return _("none")
    if name == "us_sender":
        sender = SenderNumber.objects.filter(pk=value).first()
        return sender.number if sender else str(value)
    if name == "verification":
        return str(SenderNumber.Verification(value).label)
    return str(value)


def _with_names(found: list[tuple[Change, Any]]) -> list[Change]:
    names = {
        person.pk: str(person)
        for person in User.objects.filter(pk__in={who for _change, who in found if who})
    }
    return [
        Change(at=each.at, who=names.get(who, ""), what=each.what, old=each.old, new=each.new)
        for each, who in found
    ]
