"""May we text this number now, and if not, when? Asked of the real gate, writing nothing."""
