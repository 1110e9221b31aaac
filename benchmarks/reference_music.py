"""Fetches the free music that the mix is measured against: Debian packages, their sound files alone, into a cache.

    python benchmarks/reference_music.py            # everything in reference_sets.yaml

Nothing of it is kept in the repository; the cache is ~/.cache/cutscore-references (or CUTSCORE_REFERENCES).
Needs apt-get, dpkg-deb, tar, unzip and git, and the package lists of Debian 12.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

CACHE = Path(os.environ.get("CUTSCORE_REFERENCES", Path.home() / ".cache" / "cutscore-references"))
SETS = Path(__file__).with_name("reference_sets.yaml")
_SOUNDS = 400_000
"""Bytes: what is smaller is a jingle or an effect."""
_SOUND = (".ogg", ".oga", ".opus", ".mp3", ".flac", ".wav")


def sets() -> dict[str, dict[str, list[str]]]:
    """Set name to package to patterns of file names."""
    return yaml.safe_load(SETS.read_text(encoding="utf-8"))["sets"]


def styles() -> dict[str, list[str]]:
    """Style name to the sets that it is measured against."""
    return yaml.safe_load(SETS.read_text(encoding="utf-8"))["styles"]


def tracks(name: str) -> list[Path]:
    """The files of a set that are in the cache, in order."""
    return sorted({path for path in _matches(name) if path.suffix.lower() in _SOUND and path.stat().st_size > _SOUNDS})


def _matches(name: str) -> Iterator[Path]:
    for package, patterns in sets()[name].items():
        for pattern in patterns:
            yield from (CACHE / package).rglob(pattern)


def fetch(package: str) -> None:
    """Download a package and keep its sound files, once."""
    folder = CACHE / package
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    if "/" in package:
        origin = os.environ.get("CUTSCORE_REPOSITORIES", "https://github.com")
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"{origin}/{package}", folder], check=True)
        return
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=work, check=True)
        deb = next(Path(work).glob("*.deb"))
        made = Path(work) / "made"
        made.mkdir()
        wanted = [f"*{ending}" for ending in (*_SOUND, ".zip")]
        listing = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
        subprocess.run(
            ["tar", "-x", "-C", str(made), "--wildcards", *wanted],
            stdin=listing.stdout,
            stderr=subprocess.DEVNULL,
            check=False,  # tar complains of every ending that a package does not have
        )
        listing.wait()
        for archive in made.rglob("*.zip"):
            wanted = [f"*{ending}" for ending in _SOUND]
            subprocess.run(["unzip", "-qq", "-o", archive, *wanted, "-d", archive.parent], check=False)
            archive.unlink()
        made.rename(folder)


def main() -> None:
    """Fetch the packages of all sets, or those on the command line."""
    wanted = sys.argv[1:] or sorted({package for row in sets().values() for package in row})
    for package in wanted:
        fetch(package)
        print(f"{package}: {sum(1 for path in (CACHE / package).rglob('*') if path.is_file())} sound files")


if __name__ == "__main__":
    main()
