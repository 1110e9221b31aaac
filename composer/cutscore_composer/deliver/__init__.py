"""Deliver: the master as files: audio, MIDI, cue file, score picture."""
