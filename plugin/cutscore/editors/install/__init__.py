"""Installing into editors: where each program looks, what is put there, what to click, and clean removal.

    done = install("resolve", System.this())
    done.files          # what lies where now
    done.clicks         # what a person does next
    remove("resolve", System.this())

An editor is a module here with `packing(system, folder)` and `program(system)`; `EDITORS` lists them. What was put
down is noted with its hash, so that removal takes exactly that away and leaves alone what somebody changed since.
"""

from cutscore.editors.install.editors import EDITORS, packing_for, program_of
from cutscore.editors.install.putting import Done, install, installed, remove
from cutscore.editors.install.system import System

__all__ = ["EDITORS", "Done", "System", "install", "installed", "packing_for", "program_of", "remove"]
