"""Dated law: which limit binds a number at a moment. Pure look-ups over plain values."""
