from __future__ import annotations

from consent.models.contact import Contact
from consent.models.imports import ImportEvent, ImportJob, ImportRow, ImportRun
from consent.models.purpose import Purpose, Wording
from consent.models.record import ConsentRecord, ConsentState

__all__ = [
    "ConsentRecord",
    "ConsentState",
    "Contact",
    "ImportEvent",
    "ImportJob",
    "ImportRow",
    "ImportRun",
    "Purpose",
    "Wording",
]
