from __future__ import annotations

from forwarding.models.call import Call, CallEvent
from forwarding.models.rule import ForwardingRule

__all__ = ["Call", "CallEvent", "ForwardingRule"]
