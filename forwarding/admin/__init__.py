from __future__ import annotations

from forwarding.admin import calls

__all__ = ["calls"]
