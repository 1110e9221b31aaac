"""Readers: one file a timeline format, each to a Cut."""
