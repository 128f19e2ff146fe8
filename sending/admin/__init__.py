"""The admin of this room; one module per idea, each registered by being imported here."""

from __future__ import annotations

from sending.admin import activity, campaigns, laws

__all__ = ["activity", "campaigns", "laws"]
