"""Reel: the edit as video files that a server accepts."""
