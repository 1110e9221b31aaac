"""Placers: one file a project format; each edits the user's own file in place."""
