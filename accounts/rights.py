"""Changing what an account may do on the platform: log in, see every workspace, change everything.

Each change is journalled for the platform, with its reason.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import journal
from accounts.models import JournalEntry, User
from accounts.platform import COMPLIANCE


@dataclass(frozen=True, slots=True)
class Rights:
    """What one account has; ``is_staff`` and ``compliance`` count together, see `platform`."""

    is_active: bool
    is_staff: bool
    compliance: bool
    is_superuser: bool

    def in_words(self) -> str:
        names = (_("active"), _("platform staff"), _("compliance"), _("superuser"))
        found = [name for name, has in zip(names, astuple(self), strict=True) if has]
        return ", ".join(found) or _("none")


def rights_of(user: User) -> Rights:
    return Rights(
        is_active=user.is_active,
        is_staff=user.is_staff,
        compliance=user.groups.filter(name=COMPLIANCE).exists(),
        is_superuser=user.is_superuser,
    )


@transaction.atomic
def change(*, user: User, rights: Rights, actor: User, reason: str) -> User:
    """Give ``user`` these rights and write it into the platform's journal.

    Raises `ValidationError`: ``not_allowed`` unless ``actor`` is a superuser, ``own_rights`` when
    they are their own, ``unchanged``, ``reason_required``.
    """
    # Locked together, so that of two superusers who demote each other one is too late. Nobody
    # changes their own, so the one who acts stays: there is always a superuser left.
    locked = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(is_superuser=True))
    rows = {row.pk: row for row in locked.order_by("pk")}
    acting = rows.get(actor.pk)
    if acting is None or not (acting.is_active and acting.is_superuser):
        raise ValidationError(_("Only a superuser changes these rights."), code="not_allowed")
    if actor.pk == user.pk:
        raise ValidationError(
            _("Nobody changes their own rights; ask another superuser."), code="own_rights"
        )
    row = rows[user.pk]
    before = rights_of(row)
    if before == rights:
        raise ValidationError(_("These are the rights already."), code="unchanged")
    row.is_active, row.is_staff = rights.is_active, rights.is_staff
    row.is_superuser = rights.is_superuser
    row.save(update_fields=["is_active", "is_staff", "is_superuser"])
    group = Group.objects.get(name=COMPLIANCE)
    if rights.compliance:
        row.groups.add(group)
    else:
        row.groups.remove(group)
    journal.record(
        workspace=None,
        actor=actor,
        kind=JournalEntry.Kind.PLATFORM,
        subject=row.email,
        old=before.in_words(),
        new=rights.in_words(),
        reason=reason,
    )
    return row
