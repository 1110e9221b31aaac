"""Play: notes to stems of sound."""
