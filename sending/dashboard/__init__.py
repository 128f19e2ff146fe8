"""The first page: what went, what was skipped and why, and what to do next."""
