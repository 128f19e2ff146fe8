from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One row: when a worker last took up a beat. Written by `sending.heartbeat`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_heartbeat"),
        ]

    def __str__(self) -> str:
        return self.at.isoformat()
