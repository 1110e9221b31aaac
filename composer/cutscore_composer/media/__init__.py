"""Media files: probing, decoding and encoding through FFmpeg's libraries (PyAV)."""
