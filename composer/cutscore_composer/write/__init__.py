"""Write: tempo map, harmony, melody, parts, ending: the notes."""
