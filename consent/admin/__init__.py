from __future__ import annotations

from consent.admin import contacts, imports, purposes, records

__all__ = ["contacts", "imports", "purposes", "records"]
