"""Cutscore's composer: picture in, cue out. It knows no editor and no timeline format."""

from __future__ import annotations

__version__ = "0.1.0"
"""The composer's version; `edition.edition()` tells apart what made a piece of music."""
