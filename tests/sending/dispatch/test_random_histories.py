"""What the database holds of random histories leads to the naive model's verdicts."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import ConsentState
from sending.dispatch import windows
from sending.dispatch.admit import admit
from sending.models import Campaign, Message, SenderPreferences
from tests.cast import Cast, opted_in
from tests.sending.dispatch.makers import started
from tests.sending.gate.test_model import Number, Sent, naive

HOURS = st.lists(
    st.sampled_from([0.2, 0.9, 1.1, 2.9, 5, 12, 23.9, 24.1, 30, 47.9, 48.1, 100]), max_size=7
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    histories=st.lists(
        st.tuples(
            st.sampled_from(["FL", "OH"]),
            st.sampled_from(["opted_in", "opted_in", "opted_out"]),
            HOURS,
        ),
        min_size=1,
        max_size=5,
    ),
    smart_hours=st.sampled_from([None, 1, 24, 48]),
    law_on=st.booleans(),
)
def test_every_decision_is_the_naive_models(
    cast: Cast,
    histories: list[tuple[str, str, list[float]]],
    smart_hours: int | None,
    law_on: bool,
) -> None:
    with transaction.atomic():
        SenderPreferences.objects.filter(workspace=cast.acme).update(
            smart_sending=smart_hours is not None,
            smart_sending_hours=smart_hours or 24,
            state_law_limits=law_on,
        )
        numbers = {}
        for position, (state, consent, hours) in enumerate(histories):
            code = "239" if state == "FL" else "216"
            person = opted_in(cast.offers, f"+1{code}555{position:04d}")
            ConsentState.objects.filter(contact=person).update(status=consent)
            numbers[person.pk] = Number(state, consent, _past(cast, person.pk, hours))
        windows.recompute(list(numbers))
        campaign = started(cast)
        admit()
        decided_at = timezone.now()
        for message in Message.objects.filter(campaign=campaign):
            expected = naive(
                numbers[message.contact_id], decided_at, smart_hours=smart_hours, law_on=law_on
            )
            code = "allowed" if message.status == "sending" else message.reason
            assert (code, message.limits_hit) == (expected[0], ",".join(expected[1]))
        transaction.set_rollback(True)


def _past(cast: Cast, contact_id: int, hours: list[float]) -> list[Sent]:
    """Messages so many hours ago, in the database and in the model."""
    sent = []
    for number, ago in enumerate(hours):
        time = timezone.now() - timedelta(hours=ago)
        past = Campaign.objects.create(
            workspace=cast.acme, name=f"Past {number}", purpose=cast.offers, body="Past"
        )
        Message.objects.create(
            workspace=cast.acme,
            campaign=past,
            contact_id=contact_id,
            kind=Message.Kind.CAMPAIGN,
            status=Message.Status.ACCEPTED,
            slot_at=time,
        )
        sent.append(Sent(time, settled=True))
    return sent
