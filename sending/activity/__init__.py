"""Message activity: what became of each message, in words."""
