"""The metronome: claim, gate, send, settle. See `tick` for a round of it."""
