"""How much of labelled descriptions the planner understands, field by field.

    python benchmarks/words_understood.py [--wrong] [--apart-wrong] [--file descriptions_last.yaml]

Of descriptions.yaml two thirds were at hand while the mapping was tuned, and the third that a hash of the words
keeps apart was not; descriptions_last.yaml was written when tuning was over.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.descriptions import read_descriptions
from support.understood import FIELDS, MAIN_FIELDS, shares, verdicts


def main() -> None:
    """Print the table, and with --wrong what was not understood."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="list what was not understood of the tuning part")
    parser.add_argument("--apart-wrong", action="store_true", help="and of the part kept apart")
    parser.add_argument("--file", default="descriptions.yaml")
    options = parser.parse_args()
    rows = read_descriptions(options.file)
    parts = {"tuning": [r for r in rows if not r.kept_apart], "kept apart": [r for r in rows if r.kept_apart]}
    found = {name: verdicts(part) for name, part in parts.items()}
    print(f"{'field':<14}" + "".join(f"{f'{name} ({len(part)})':>22}" for name, part in parts.items()))
    for field in (*MAIN_FIELDS, *(field for field in FIELDS if field not in MAIN_FIELDS)):
        cells = []
        for name in parts:
            right, total = shares(found[name]).get(field, (0, 0))
            cells.append(f"{right:>4}/{total:<4} {right / total:>6.1%}" if total else "-")
        print(f"{field:<14}" + "".join(f"{cell:>22}" for cell in cells))
    for name, wanted in (("tuning", options.wrong), ("kept apart", options.apart_wrong)):
        for one in found[name] if wanted else ():
            if not one.right:
                label = one.described.labels["style" if one.field == "family" else one.field]
                print(f"{name}: {one.field}: {one.described.words!r}: {label} but {one.made}")


if __name__ == "__main__":
    main()
