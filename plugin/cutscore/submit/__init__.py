"""Submit: the one shared door from an edit to its music."""
