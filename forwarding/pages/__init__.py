"""The section Call forwarding of Settings > SMS > Sender preferences, and its forms."""
