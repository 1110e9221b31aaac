"""Cutscore: music for the current timeline, laid onto a track of its own (Workspace > Scripts > Cutscore)."""

import sys

COMMAND = ["cutscore"]  # installed: the command
LIBRARY = ""  # installed: the library

if LIBRARY and LIBRARY not in sys.path:
    sys.path.insert(0, LIBRARY)

if __name__ == "__main__":
    from cutscore_resolve.menu import run

    run(globals(), COMMAND)
