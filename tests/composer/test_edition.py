"""The edition tells apart composers that would make other music."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cutscore_composer
from cutscore_composer.edition import edition


def edition_of(root: Path) -> str:
    """The edition of a copy of the package, in a process of its own."""
    call = "from cutscore_composer.edition import edition; print(edition())"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=root,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_edition_changes_with_a_byte_of_sound_and_stays_without(tmp_path: Path) -> None:
    """A copy elsewhere has the same edition; one changed sample or one added style gives another."""
    source = Path(cutscore_composer.__file__).parent
    copy = tmp_path / "cutscore_composer"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    assert edition() == edition_of(tmp_path)
    sample = next(copy.rglob("*.ogg"))
    sample.write_bytes(sample.read_bytes()[:-1] + b"x")
    other = edition_of(tmp_path)
    (copy / "styles" / "new.yaml").write_text("{}")
    assert 3 == len({edition(), other, edition_of(tmp_path)})


def test_what_hands_the_music_on_is_no_part_of_the_edition(tmp_path: Path) -> None:
    """Server, encodings, signing and the contract may change without making bought or made music worthless."""
    copy = tmp_path / "cutscore_composer"
    shutil.copytree(Path(cutscore_composer.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("server/app.py", "encode/encoding.py", "signing/sign.py", "contract.py", "error_bodies.py"):
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert edition() == edition_of(tmp_path)
    (copy / "local.py").write_text((copy / "local.py").read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert edition() != edition_of(tmp_path)
