"""Calls to the account's own numbers: whom the carrier asks, what it then does, whom it tells."""
