"""Platform staff: who they are, decided here and nowhere else (PRODUCT.md section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps as today

from accounts.models.user import COMPLIANCE, User

if TYPE_CHECKING:
    from django.apps.registry import Apps

__all__ = ["COMPLIANCE", "ensure_group", "is_platform_staff"]


def is_platform_staff(user: object) -> bool:
    """Whether ``user`` sees every workspace: a superuser, or staff in the group *compliance*.

    Staff without the group see no more than the workspaces they are members of, as anybody does.
    """
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser or not user.is_staff:
        return user.is_superuser
    return user.in_compliance


def ensure_group(*, using: str, apps: Apps | None = None, **signal: Any) -> None:
    """Make the group *compliance* if it is not there; called after every migrate and flush."""
    try:
        # A flush names no state of the models: those of today hold.
        group = (apps or today).get_model("auth", "Group")
    except LookupError:
        return
    group._default_manager.using(using).get_or_create(name=COMPLIANCE)
