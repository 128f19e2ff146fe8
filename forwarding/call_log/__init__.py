"""The log of calls as members read it: who called, what was decided, what became of it."""
