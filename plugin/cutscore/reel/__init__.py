"""Reel: the edit as video files that a server accepts."""

from cutscore.reel.dividing import divide
from cutscore.reel.making import Reel, ReelLimits, make_reel

__all__ = ["Reel", "ReelLimits", "divide", "make_reel"]
