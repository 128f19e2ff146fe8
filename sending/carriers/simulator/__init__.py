"""A carrier on this computer: speaks Twilio's Messages API and shows the phones on a page.

A process of its own that knows nothing of Tollgate: `python -m sending.carriers.simulator`. What it
accepted stands in its log before it answers, so the log is the truth about what was sent.
"""
