from __future__ import annotations

from sending.models.campaign import Campaign
from sending.models.carrier import CarrierAccount, CarrierEvent
from sending.models.decision import Decision, PolicySnapshot
from sending.models.heartbeat import Heartbeat
from sending.models.law import FrequencyLaw, LawChoice
from sending.models.message import Message
from sending.models.preferences import SenderPreferences
from sending.models.sender import SenderNumber
from sending.models.window import FrequencyWindow

__all__ = [
    "Campaign",
    "CarrierAccount",
    "CarrierEvent",
    "Decision",
    "FrequencyLaw",
    "FrequencyWindow",
    "Heartbeat",
    "LawChoice",
    "Message",
    "PolicySnapshot",
    "SenderNumber",
    "SenderPreferences",
]
