"""The parts: one module a kind of layer; each writes a phrase of it for whatever instruments are seated."""
