"""How figures read on the campaign pages."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sending.campaigns.progress import Progress

register = template.Library()
PARTS = ("went", "under_way", "skipped", "failed", "unknown", "cancelled", "waiting")


@register.filter
def thousands(number: int) -> str:
    return number_format(number, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def dot(number: float) -> str:
    """For SVG, which wants a point whatever the language."""
    return f"{number:.3f}"


@register.filter
def pace_rate(rate: float) -> str:
    return number_format(rate, decimal_pos=0 if rate >= 10 else 1, force_grouping=True)


@register.filter
def about(span: timedelta | None) -> str:
    """A span as people say it; a dash for none."""
    if span is None:
        return "–"
    seconds = int(span.total_seconds())
    if seconds < 90:
        return ngettext("%d second", "%d seconds", seconds) % seconds
    minutes = round(seconds / 60)
    if minutes < 90:
        return _("%d minutes") % minutes
    hours = round(minutes / 60)
    if hours < 48:
        return _("%d hours") % hours
    return _("%d days") % round(hours / 24)


@register.filter
def parts(progress: Progress) -> list[tuple[str, int]]:
    """The parts of the bar that are there: name and number of messages."""
    numbers = [(name, getattr(progress, name)) for name in PARTS]
    return [(name, number) for name, number in numbers if number]
