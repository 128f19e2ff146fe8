"""The order of a message's statuses."""

from __future__ import annotations

from itertools import permutations, product

import pgtrigger
import pytest

from sending.models import Message
from sending.status import FROM_CARRIER, RANK, advance

[FSM] = [
    trigger
    for _, trigger in pgtrigger.registered("sending.Message:message_status_never_moves_back")
    if isinstance(trigger, pgtrigger.FSM)
]
ALLOWED_BY_DATABASE = set(FSM.transitions)


@pytest.mark.parametrize(("current", "incoming"), list(product(Message.Status, FROM_CARRIER)))
def test_a_report_moves_forward_only_and_only_as_the_database_allows(
    current: str, incoming: str
) -> None:
    new = advance(current, incoming)
    if new is None:
        assert current not in RANK or RANK[FROM_CARRIER[incoming]] <= RANK[Message.Status(current)]
    else:
        assert RANK[new] > RANK[Message.Status(current)]
        assert (current, str(new)) in ALLOWED_BY_DATABASE


@pytest.mark.parametrize("current", ["queued", "skipped", "cancelled"])
@pytest.mark.parametrize("incoming", sorted(FROM_CARRIER))
def test_what_was_never_posted_is_moved_by_no_report(current: str, incoming: str) -> None:
    assert advance(current, incoming) is None


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_in_whatever_order_they_come_the_last_status_is_the_furthest(
    order: tuple[str, ...],
) -> None:
    status: str = "sending"
    for incoming in order:
        status = advance(status, incoming) or status
    assert status == "delivered"


@pytest.mark.parametrize("first", ["delivered", "undelivered", "failed"])
@pytest.mark.parametrize("second", sorted(FROM_CARRIER))
def test_a_last_status_stays(first: str, second: str) -> None:
    assert advance(first, second) is None


@pytest.mark.parametrize("incoming", ["received", "receiving", "", "DELIVERED", "exploded"])
def test_a_status_that_is_not_known_moves_nothing(incoming: str) -> None:
    assert advance("sending", incoming) is None
