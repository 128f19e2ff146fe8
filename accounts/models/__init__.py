from __future__ import annotations

from accounts.models.journal import JournalEntry
from accounts.models.user import User
from accounts.models.workspace import Membership, Workspace

__all__ = ["JournalEntry", "Membership", "User", "Workspace"]
