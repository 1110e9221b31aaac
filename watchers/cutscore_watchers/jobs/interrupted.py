"""Interrupted: the watcher stops while a job is under way; the job is taken up again at the next start."""

from __future__ import annotations


class Interrupted(BaseException):
    """Not an Exception: the workflow library would write it down as the job's failure."""
