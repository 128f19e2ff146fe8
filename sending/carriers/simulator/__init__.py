"""A carrier on this computer: speaks Twilio's API, calls our numbers, shows the phones.

A process of its own that knows nothing of Tollgate: `python -m sending.carriers.simulator`. What it
accepted stands in its log before it answers, so the log is the truth about what was sent.
"""
