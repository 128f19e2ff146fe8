"""Changing who is in a workspace and as what. The workspace's row is locked for every change, so
that what the actor may do is judged by what holds at that moment."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import journal
from accounts.models import JournalEntry, Membership, User, Workspace
from accounts.roles import Capability, Role

# Highest first, as `Role` lists them.
_RANK = {role: rank for rank, role in enumerate(Role)}
NOBODY = "—"


def refusal(code: str) -> ValidationError:
    """The reason not to, with its stable code."""
    sentences = {
        "not_allowed": _("Your role does not allow changing members."),
        "not_the_owner": _("Only the owner hands over ownership, and you are not the owner."),
        "owner_is_handed_over": _("Ownership is handed over, on its own page."),
        "owner_untouchable": _("The owner's role is changed by handing over ownership only."),
        "own_role_upwards": _("Nobody raises their own role."),
        "already_member": _("This person is already a member."),
        "not_a_member": _("This person is not a member of the workspace any more."),
        "inactive": _("This account is switched off."),
        "no_password_yet": _("This person has never logged in; they have to choose a password."),
        "unchanged": _("This is already the role."),
        "unknown_role": _("There is no such role."),
    }
    return ValidationError(sentences[code], code=code)


@transaction.atomic
def add(*, workspace: Workspace, email: str, role: str, actor: User, reason: str) -> Membership:
    """Make the person with this address a member, with a new account if there is none.

    A new account has no password until the person sets one; see `accounts.passwords.send_link`.
    Raises `ValidationError`.
    """
    _lock(workspace)
    _may_manage(workspace, actor)
    _assignable(role)
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = User(email=User.objects.normalize_email(email.strip()))
        user.set_unusable_password()
        user.full_clean()
        user.save()
    if not user.is_active:
        raise refusal("inactive")
    if Membership.objects.filter(workspace=workspace, user=user).exists():
        raise refusal("already_member")
    membership = Membership.objects.create(workspace=workspace, user=user, role=role)
    _write(membership, actor, NOBODY, str(Role(role).label), reason)
    return membership


@transaction.atomic
def change_role(
    *, workspace: Workspace, member: User, role: str, actor: User, reason: str
) -> Membership:
    """Give a member another role. Raises `ValidationError`."""
    _lock(workspace)
    _may_manage(workspace, actor)
    _assignable(role)
    membership = _membership(workspace, member)
    if membership.role == Role.OWNER:
        raise refusal("owner_untouchable")
    if membership.role == role:
        raise refusal("unchanged")
    if member == actor and _RANK[Role(role)] < _RANK[Role(membership.role)]:
        raise refusal("own_role_upwards")
    old = membership.get_role_display()
    membership.role = role
    membership.save(update_fields=["role"])
    _write(membership, actor, old, membership.get_role_display(), reason)
    return membership


@transaction.atomic
def remove(*, workspace: Workspace, member: User, actor: User, reason: str) -> None:
    """End a membership; the account stays. Raises `ValidationError`."""
    _lock(workspace)
    _may_manage(workspace, actor)
    membership = _membership(workspace, member)
    if membership.role == Role.OWNER:
        raise refusal("owner_untouchable")
    _write(membership, actor, membership.get_role_display(), NOBODY, reason)
    membership.delete()


@transaction.atomic
def hand_over(*, workspace: Workspace, to: User, actor: User, reason: str) -> None:
    """Make ``to`` the owner and the owner an admin, both or neither. Raises `ValidationError`."""
    _lock(workspace)
    owner = Membership.objects.select_related("user").get(workspace=workspace, role=Role.OWNER)
    if owner.user_id != actor.pk:
        raise refusal("not_the_owner")
    heir = _membership(workspace, to)
    if heir == owner:
        raise refusal("unchanged")
    if not heir.user.is_active:
        raise refusal("inactive")
    if not heir.user.has_usable_password():
        raise refusal("no_password_yet")
    # The database allows one owner at most at any moment, so the one side goes first.
    owner.role = Role.ADMIN
    owner.save(update_fields=["role"])
    heir.role = Role.OWNER
    heir.save(update_fields=["role"])
    journal.record(
        workspace=workspace,
        actor=actor,
        kind=JournalEntry.Kind.OWNERSHIP,
        old=owner.user.email,
        new=heir.user.email,
        reason=reason,
    )


def _lock(workspace: Workspace) -> None:
    # NO KEY: what others write down of the workspace meanwhile need not wait, and so cannot wait in
    # a circle with who has locked a membership.
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)


def _may_manage(workspace: Workspace, actor: User) -> None:
    if actor.is_superuser and actor.is_active:
        return
    membership = Membership.objects.filter(workspace=workspace, user=actor).first()
    if membership is None or not actor.is_active or not membership.may(Capability.MEMBERS):
        raise refusal("not_allowed")


def _assignable(role: str) -> None:
    if role not in Role.values:
        raise refusal("unknown_role")
    if role == Role.OWNER:
        raise refusal("owner_is_handed_over")


def _membership(workspace: Workspace, member: User) -> Membership:
    rows = Membership.objects.select_related("user").filter(workspace=workspace, user=member)
    membership = rows.first()
    if membership is None:
        raise refusal("not_a_member")
    return membership


def _write(membership: Membership, actor: User, old: str, new: str, reason: str) -> None:
    journal.record(
        workspace=membership.workspace,
        actor=actor,
        kind=JournalEntry.Kind.ROLE,
        subject=membership.user.email,
        old=str(old),
        new=str(new),
        reason=reason,
    )
