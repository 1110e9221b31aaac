"""The sound pack: what instruments there are, where their samples lie, and what a player must know of them."""
