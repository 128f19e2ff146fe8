from __future__ import annotations

from consent.models.contact import Contact
from consent.models.purpose import Purpose, Wording
from consent.models.record import ConsentRecord, ConsentState

__all__ = ["ConsentRecord", "ConsentState", "Contact", "Purpose", "Wording"]
