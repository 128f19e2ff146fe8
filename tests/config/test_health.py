"""What probes are told: the database, and whether beat, broker and a worker work together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError
from django.db.models import F

from sending import heartbeat
from sending.models import Heartbeat
from sending.tasks import metronome

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def asked(client: Client, path: str) -> tuple[int, Any]:
    answer = client.get(path, headers={"host": "unknown.example.com"})
    return answer.status_code, answer.json()


def test_before_the_first_beat_only_the_dispatch_is_not_well(client: Client) -> None:
    said = {"database": "up", "dispatch": "late", "dispatch_seconds": None}
    assert asked(client, "/healthz") == (200, said)
    assert asked(client, "/healthz/dispatch") == (503, said)


def test_a_round_of_the_metronome_shows(client: Client) -> None:
    metronome()
    metronome()
    assert Heartbeat.objects.count() == 1
    for path in ("/healthz", "/healthz/dispatch"):
        status, said = asked(client, path)
        assert status == 200
        assert said["dispatch"] == "up"
        assert 0 <= said["dispatch_seconds"] < 30


def test_a_beat_that_stopped_shows(client: Client) -> None:
    metronome()
    Heartbeat.objects.update(at=F("at") - timedelta(seconds=heartbeat.LATE_AFTER + 1))
    status, said = asked(client, "/healthz/dispatch")
    assert (status, said["dispatch"]) == (503, "late")
    assert said["dispatch_seconds"] > heartbeat.LATE_AFTER
    assert asked(client, "/healthz")[0] == 200


def test_a_database_that_is_away_is_down_for_both(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> float:
        raise DatabaseError

    monkeypatch.setattr(heartbeat, "age", away)
    for path in ("/healthz", "/healthz/dispatch"):
        assert asked(client, path) == (503, {"database": "down"})
