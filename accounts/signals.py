"""What rooms above may listen to."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with ``workspace`` by `accounts.workspaces.create`, inside its transaction: a receiver that
# fails undoes the workspace.
workspace_created = Signal()
