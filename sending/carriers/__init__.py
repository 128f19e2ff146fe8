"""Carriers: what is handed to one and what may come back. One module per provider."""
