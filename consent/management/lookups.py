"""Rows that a command names; what is not there is answered with the nearest names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from django.core.management.base import CommandError

from accounts.models import Workspace
from consent.models import Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5


def workspace_named(slug: str) -> Workspace:
    """Raises `CommandError` with the nearest names."""
    found = Workspace.objects.filter(slug=slug).first()
    if found is None:
        slugs = list(Workspace.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"There is no workspace {slug}.{nearest(slug, slugs)}")
    return found


def purpose_named(workspace: Workspace, name: str) -> Purpose:
    """Whatever its capitals. Raises `CommandError` with the nearest names."""
    purposes = Purpose.objects.filter(workspace=workspace)
    found = purposes.filter(name__iexact=name).first()
    if found is None:
        names = list(purposes.order_by("name").values_list("name", flat=True))
        raise CommandError(
            f"Workspace {workspace.slug} has no purpose {name}.{nearest(name, names)}"
        )
    return found


def nearest(wanted: str, names: Sequence[str]) -> str:
    """The nearest names, else what there is, else that there is nothing; as a sentence."""
    if not names:
        return " There is none yet."
    by_lower = {name.lower(): name for name in names}
    close = get_close_matches(wanted.lower(), list(by_lower), n=SHOWN, cutoff=0.5)
    shown = [by_lower[name] for name in close] or list(names)[:SHOWN]
    return f" {'Nearest' if close else 'There are'}: {', '.join(shown)}."
