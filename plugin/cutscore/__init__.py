"""Cutscore: music under an edit."""

from __future__ import annotations

__version__ = "0.1.0"
