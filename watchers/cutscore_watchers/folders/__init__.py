"""Folders: noticing films in watched folders, whatever the system tells of them."""

from __future__ import annotations

from cutscore_watchers.folders.put_away import put_away

__all__ = ["put_away"]
