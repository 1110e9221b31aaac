"""The hit report goes with the piece: into the store, beside the music under its name, and back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from cutscore.submit.pieces import ending_of, from_rights, named, roles
from cutscore_composer.cue import cue_json, new_cue
from cutscore_composer.engine import Request
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.wishes import Wishes


def test_the_hit_report_is_a_file_of_the_piece(tmp_path: Path) -> None:
    """It has a role, ends in .hits.txt, and is found again from the rights file."""
    cue = new_cue("local", Fraction(25), 100, 192_000)
    paths = {ending: tmp_path / f"film_v1{ending}" for ending in (".wav", ".cue.json", ".hits.txt")}
    for path in paths.values():
        path.write_text(cue_json(cue) if path.name.endswith(".json") else "x", encoding="utf-8")
    music = Music(paths[".wav"], cue, paths[".cue.json"], hit_report=paths[".hits.txt"])
    assert paths[".hits.txt"] in music.files()
    assert ("hit_report", paths[".hits.txt"]) in list(roles(music))
    assert ".hits.txt" == ending_of("hit_report", Path())
    picture = Picture("film", Fraction(25), 100, (PictureSpan(0, 100, "gap"),))
    request = Request(picture, Wishes(), "film_v1", tmp_path, 7)
    assert (paths[".hits.txt"], ".hits.txt") in named(music, request)
    rights = tmp_path / "film_v1.rights.json"
    found = from_rights(rights, {"files": {path.name: {} for path in paths.values()}})
    assert paths[".hits.txt"] == found.hit_report
