"""Spot: which moments the music meets, sections, energy arc, ending."""
