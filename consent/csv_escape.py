"""Cells of our CSV exports that no spreadsheet takes for a formula; see `accounts.csv_escape`."""

from __future__ import annotations

from accounts.csv_escape import Echo, inert

__all__ = ["Echo", "inert"]
