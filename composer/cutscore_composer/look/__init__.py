"""Look: one pass over the picture, to cuts, motion, light, colour and speech."""
