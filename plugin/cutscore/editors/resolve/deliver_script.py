"""Cutscore: a finished render is dropped into the watched folder (a render job's trigger script, at its end)."""

import sys

COMMAND = ["cutscore"]  # installed: the command
LIBRARY = ""  # installed: the library

if LIBRARY and LIBRARY not in sys.path:
    sys.path.insert(0, LIBRARY)

if __name__ == "__main__":
    from cutscore_resolve.delivering import run

    run(globals(), COMMAND)
