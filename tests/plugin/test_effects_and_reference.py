"""Effects and a followed reference, from command line and configuration to keys, engines and delivered files."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore import scoring
from cutscore.cli import main as cli
from cutscore.config import Settings, load_settings
from cutscore.readers import read_cut
from cutscore.submit import Ledger, RemoteEngine, RemoteSettings
from cutscore.submit.door import submit
from cutscore.submit.keying import key_of
from cutscore.submit.pieces import from_rights
from cutscore_composer.cue import CueStem, cue_json, new_cue
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Music, Stem
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.wishes import Wishes
from support.films import film


class Composer:
    """An engine that writes empty sound for music, effects and stems."""

    name = "local"
    version = "1"

    def score(self, request: Request, progress: Progress) -> Music:
        """Silence of a second."""
        import numpy as np

        def silence(name: str) -> Path:
            path = request.folder / f"{request.stem}{name}.wav"
            write_wav(path, [np.zeros((48_000, 2), np.float32)], samples=48_000)
            return path

        cue_file = request.folder / f"{request.stem}.cue.json"
        tracks = (Stem("music", silence(".music")), Stem("effects", silence(".effects"))) if request.effects else ()
        cue = new_cue("local", Fraction(24), 24, 48_000, tracks=tuple(CueStem(t.name, t.file.name) for t in tracks))
        cue_file.write_text(cue_json(cue), encoding="utf-8")
        return Music(silence(""), cue, cue_file, stems=(Stem("drums", silence(".drums")),), tracks=tracks)


def request_over(path: Path, **more: object) -> Request:
    """A request for a picture of a second."""
    spans = (PictureSpan(0, 24, "clip", "film", path),)
    return Request(Picture("film", Fraction(24), 24, spans), Wishes(), "film", path.parent, **more)  # type: ignore[arg-type]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A short film."""
    return film(tmp_path / "film.mp4", rate=Fraction(24), frames=24)


@pytest.fixture
def ledger(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A ledger of its own."""
    with Ledger(f"sqlite:///{tmp_path}/ledger.sqlite", tmp_path / "store") as opened:
        yield opened


def test_the_configuration_reaches_the_request(media: Path, tmp_path: Path) -> None:
    """Off unless said; each on its own."""
    cut = read_cut([media])
    plain = scoring.request_of(cut, cut.picture(), Settings())
    assert (plain.effects, plain.follow_sound) == (False, False)
    config = tmp_path / "c.yaml"
    config.write_text("music:\n  effects: true\n  follow_sound: true\n", encoding="utf-8")
    asked = scoring.request_of(cut, cut.picture(), load_settings(config))
    assert (asked.effects, asked.follow_sound) == (True, True)


def test_the_command_line_says_it_too(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also against the configuration."""
    asked: list[tuple[bool, bool]] = []

    def score(inputs: object, settings: Settings, **_: object) -> None:
        asked.append((settings.music.effects, settings.music.follow_sound))
        raise InputRefused("Enough.")

    monkeypatch.setattr(scoring, "score", score)
    (media.parent / "c.yaml").write_text("music: {effects: true}\n", encoding="utf-8")
    for options in ([], ["--effects"], ["--follow-sound"], ["--config", str(media.parent / "c.yaml"), "--no-effects"]):
        assert cli.run(["score", str(media), "--progress", "none", *options]) == 3
    assert asked == [(False, False), (True, False), (False, True), (False, False)]


def test_both_are_part_of_the_key(ledger: Ledger, media: Path) -> None:
    """For the composer and for a server; what was made before they could be asked for keeps its key."""
    remote = RemoteEngine(RemoteSettings("studio", "http://127.0.0.1:1"))
    for engine in (Composer(), remote):
        keys = {
            key_of(request_over(media, effects=effects, follow_sound=follow), engine, ledger, Progress()).key
            for effects in (False, True)
            for follow in (False, True)
        }
        assert len(keys) == 4


def test_a_server_is_asked_for_its_own(media: Path) -> None:
    """Its fields are set by the request, or by the engine's settings."""
    engine = RemoteEngine(RemoteSettings("studio", "http://127.0.0.1:1"))
    form = dict(engine._fields(request_over(media, effects=True, follow_sound=True)).form())
    assert (form["add_sfx"], form["use_audio_as_reference"]) == ("true", "true")
    assert "add_sfx" not in dict(engine._fields(request_over(media)).form())


def test_tracks_are_delivered_stored_and_found_again(ledger: Ledger, media: Path, tmp_path: Path) -> None:
    """Under their names, told apart from stems: fresh, from the store, and from the folder."""
    request = request_over(media, effects=True)
    folder = tmp_path / "out"
    folder.mkdir()
    (first,) = submit(request, Composer(), ledger, folder=folder, takes=1, progress=Progress())
    stem = first.music.audio.stem
    names = {path.name for path in folder.iterdir()}
    assert {f"{stem}.music.wav", f"{stem}.effects.wav", f"{stem}.drums.wav"} <= names
    said = json.loads(first.rights.read_text(encoding="utf-8"))
    again = from_rights(first.rights, said)
    other = tmp_path / "other"
    other.mkdir()
    (stored,) = submit(replace(request), Composer(), ledger, folder=other, takes=1, progress=Progress())
    for music in (first.music, again, stored.music):
        assert [track.name for track in music.tracks] == ["music", "effects"]
        assert [stem.name for stem in music.stems] == ["drums"]
        assert [track.file for track in music.cue.tracks] == [f"{stem}.music.wav", f"{stem}.effects.wav"]
