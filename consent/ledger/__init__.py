"""The only writer of consent records and of the state that they amount to.

An opt-out is for every purpose and always takes effect. An opt-in by hand brings back one purpose,
and only if the person said yes after they had opted out. An import brings back nothing.
"""

from __future__ import annotations

from consent.ledger.by_hand import opt_in, opt_out
from consent.ledger.chunk import ChunkVerdicts, Occasion, OptIn, apply_import_chunk

__all__ = ["ChunkVerdicts", "Occasion", "OptIn", "apply_import_chunk", "opt_in", "opt_out"]
