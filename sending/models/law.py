from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class FrequencyLaw(models.Model):
    """A state's limit on promotional messages to one number, in force between two dates.

    The dates are days in the state, first and last included. The window is rolling and holds at
    most ``cap`` messages; three is the most that `FrequencyWindow` can tell.
    """

    state = models.CharField(_("state"), max_length=2)
    cap = models.PositiveSmallIntegerField(_("messages"), default=3)
    window_hours = models.PositiveSmallIntegerField(_("in hours"), default=24)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    on_by_default = models.BooleanField(
        _("on by default"),
        help_text=_("Off: in force, but applied only where a workspace switches it on."),
    )
    citation = models.CharField(_("citation"), max_length=120)
    source = models.TextField(_("source"))

    class Meta:
        verbose_name = _("frequency law")
        verbose_name_plural = _("frequency laws")
        ordering = ["state", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["state", "starts_on"], name="one_frequency_law_per_state_and_day"
            ),
            models.CheckConstraint(
                condition=models.Q(cap__gte=1, cap__lte=3), name="law_cap_is_one_to_three"
            ),
            models.CheckConstraint(
                condition=models.Q(window_hours__gte=1, window_hours__lte=24),
                name="law_window_is_a_day_at_most",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="law_starts_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.cap}/{self.window_hours} h"


@pghistory.track()
class LawChoice(models.Model):
    """A workspace's own switch for one law; without a row the law's default holds."""

    workspace = models.ForeignKey(
        "accounts.Workspace",
        models.PROTECT,
        related_name="law_choices",
        verbose_name=_("workspace"),
    )
    law = models.ForeignKey(
        FrequencyLaw, models.PROTECT, related_name="choices", verbose_name=_("law")
    )
    applied = models.BooleanField(_("applied"))

    class Meta:
        verbose_name = _("choice of law")
        verbose_name_plural = _("choices of law")
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "law"], name="one_choice_per_workspace_and_law"
            )
        ]

    def __str__(self) -> str:
        return f"{self.law}: {self.applied}"
