"""The gate: every message passes it; sending, preflight and explain ask the same `decide`."""
