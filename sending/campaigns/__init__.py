"""Campaigns: drafts, moves from status to status, fan-out and progress.

Every change of a campaign's status is one conditional statement in this package, and nowhere else.
"""
