"""Files of opt-ins: read, judged row by row, applied in chunks."""
