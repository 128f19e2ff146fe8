"""Settings > SMS: one tab per concern. Everyone of the workspace reads; roles say who changes."""
