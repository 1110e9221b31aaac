"""Cutscore: music under an edit.

>>> import cutscore
>>> result = cutscore.score("film.otio", description="calm, then hopeful")   # doctest: +SKIP
>>> cut = cutscore.read_timeline("film.otio")                                # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cutscore import submit as submit
    from cutscore.api import plan, read_timeline, score

__all__ = ["__version__", "plan", "read_timeline", "score", "submit"]


def __getattr__(name: str) -> Any:
    # Importing cutscore stays cheap: what a name needs is loaded when it is first used.
    if name in ("plan", "read_timeline", "score"):
        from cutscore import api

        return getattr(api, name)
    if name == "submit":
        import importlib

        return importlib.import_module("cutscore.submit")
    raise AttributeError(f"module 'cutscore' has no attribute {name!r}")
