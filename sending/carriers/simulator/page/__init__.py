"""The page that shows messages as a phone would, and the switches beside it."""
