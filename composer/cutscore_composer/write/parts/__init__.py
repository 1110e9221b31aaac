"""The parts: one module an instrument family, each writes a phrase of its layers onto the sheet."""
