from __future__ import annotations

import pgtrigger
from django.db import models

from consent.models import Contact


class FrequencyWindow(models.Model):
    """The last three promotional messages of one contact, newest first.

    A time is the carrier's acceptance; until that is known, the end of the lease under which the
    message was sent, so that what is under way counts as the newest. Moved only by
    `sending.dispatch.windows`, under the contact's lock.

    ``capped_at`` is the decision time when a three-a-day law bound the decision that moved the row;
    the trigger then refuses to push out a time that still counts.
    """

    contact = models.OneToOneField(
        Contact, models.PROTECT, primary_key=True, related_name="frequency_window"
    )
    sent_1 = models.DateTimeField(null=True)
    sent_2 = models.DateTimeField(null=True)
    sent_3 = models.DateTimeField(null=True)
    capped_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [
            # A message exactly 24 hours old still counts, hence >=.
            pgtrigger.Trigger(
                name="no_fourth_in_a_day",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("NEW.capped_at IS NOT NULL"),
                func="""
                    IF (OLD.sent_3 >= NEW.capped_at - interval '24 hours'
                        AND OLD.sent_3 IS DISTINCT FROM NEW.sent_1
                        AND OLD.sent_3 IS DISTINCT FROM NEW.sent_2
                        AND OLD.sent_3 IS DISTINCT FROM NEW.sent_3)
                    OR (OLD.sent_2 >= NEW.capped_at - interval '24 hours'
                        AND OLD.sent_2 IS DISTINCT FROM NEW.sent_1
                        AND OLD.sent_2 IS DISTINCT FROM NEW.sent_2
                        AND OLD.sent_2 IS DISTINCT FROM NEW.sent_3)
                    OR (OLD.sent_1 >= NEW.capped_at - interval '24 hours'
                        AND OLD.sent_1 IS DISTINCT FROM NEW.sent_1
                        AND OLD.sent_1 IS DISTINCT FROM NEW.sent_2
                        AND OLD.sent_1 IS DISTINCT FROM NEW.sent_3) THEN
                        RAISE EXCEPTION 'a fourth promotional message in 24 hours to contact %',
                            NEW.contact_id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"window of {self.contact_id}"
