"""Plan: words and picture to a Brief."""
