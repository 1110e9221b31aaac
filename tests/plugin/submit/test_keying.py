"""Fingerprints and keys: what a file holds, whatever it is called; taken once; told when it changes meanwhile."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.hashing import sha256_of
from cutscore.submit import Ledger, fingerprints
from cutscore.submit.fingerprints import media_fingerprint, sequence_fingerprint
from cutscore.submit.keying import key_of
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture, PictureMarker, PictureSpan, SoundSpan
from cutscore_composer.wishes import Wishes


class Composer:
    name = "local"
    version = "1"

    def score(self, request: Request, progress: Progress) -> Music:
        raise NotImplementedError


def test_a_file_is_read_once_while_it_is_unchanged(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger remembers by path, size and time; a changed file is read again."""
    path = tmp_path / "a.mov"
    path.write_bytes(b"abc")
    first = media_fingerprint(path, ledger, Progress())
    assert first == f"sha256:{sha256_of(path)}"
    taken = fingerprints._taken
    monkeypatch.setattr(fingerprints, "_taken", lambda *_: pytest.fail("read again"))
    assert media_fingerprint(path, ledger, Progress()) == first
    monkeypatch.setattr(fingerprints, "_taken", taken)
    path.write_bytes(b"abcd")
    assert media_fingerprint(path, ledger, Progress()) != first


def test_a_file_that_changes_while_it_is_read_is_refused(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A render that is still being written."""
    path = tmp_path / "a.mov"
    path.write_bytes(b"abc")

    def grows(path: Path, *_: object) -> str:
        with path.open("ab") as file:
            file.write(b"more")
        return "sha256:x"

    monkeypatch.setattr(fingerprints, "_taken", grows)
    with pytest.raises(InputRefused, match="changes while it is read"):
        media_fingerprint(path, ledger, Progress())
    assert ledger.fingerprint(str(path), 7, path.stat().st_mtime_ns) is None


def test_a_very_large_file_is_sampled_from_first_to_last_byte(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not read whole; other first or last bytes or another size are another file; a copy is the same."""
    monkeypatch.setattr(fingerprints, "WHOLE_BYTES", 100_000)
    monkeypatch.setattr(fingerprints, "PIECE", 100)
    content = bytes(range(250)) * 800
    variants = [content, b"x" + content[1:], content[:-1] + b"x", content + b"x", content]
    found = []
    for number, variant in enumerate(variants):
        path = tmp_path / f"{number}.mov"
        path.write_bytes(variant)
        found.append(media_fingerprint(path, ledger, Progress()))
    assert found[0].startswith("sampled")
    assert found[0] == found[4]
    assert len(set(found)) == 4


def test_a_sequence_is_the_images_that_are_shown(ledger: Ledger, tmp_path: Path) -> None:
    """Images outside of the range do not count; a changed or missing one inside does; the numbers' origin does not."""
    for folder, start in (("a", 1), ("b", 101)):
        (tmp_path / folder).mkdir()
        for number in range(6):
            (tmp_path / folder / f"i.{start + number:04d}.png").write_text(str(number))

    def found(folder: str, start: int) -> str:
        pattern = tmp_path / folder / "i.%04d.png"
        return sequence_fingerprint(pattern, Fraction(1, 24), Fraction(3, 24), Fraction(24), start, ledger, Progress())

    first = found("a", 1)
    assert found("b", 101) == first
    (tmp_path / "a" / "i.0001.png").write_text("before the range")
    assert found("a", 1) == first
    (tmp_path / "a" / "i.0003.png").write_text("inside")
    assert found("a", 1) != first
    with pytest.raises(InputRefused, match="no name of an image sequence"):
        sequence_fingerprint(tmp_path / "100%", Fraction(0), Fraction(1), Fraction(24), 0, ledger, Progress())


def test_all_that_the_composer_looks_at_is_in_its_key(ledger: Ledger, tmp_path: Path, picture: Picture) -> None:
    """Every wish, marker, cut, sound, stem and seed changes the key; names, places and folders do not."""
    sound = tmp_path / "voice.wav"
    sound.write_bytes(b"voice")
    base = Request(picture, Wishes(), "a", tmp_path)

    def key(request: Request) -> str:
        return key_of(request, Composer(), ledger, Progress()).key

    def with_picture(**changes: object) -> Request:
        return replace(base, picture=replace(picture, **changes))  # type: ignore[arg-type]

    others = [
        replace(base, seed=1),
        replace(base, stems=True),
        *(replace(base, wishes=replace(Wishes(), **wish)) for wish in (  # type: ignore[arg-type]
            {"description": "x"}, {"tags": ("x",)}, {"style": "x"}, {"sync": "tight"}, {"ending": "fade"},
            {"loudness_lufs": -14.0}, {"peak_dbtp": -2.0},
        )),
        with_picture(markers=(PictureMarker(3, "hit"),)),
        with_picture(cuts=()),
        with_picture(start_frame=0),
        with_picture(opening_fade_frames=12),
        with_picture(closing_fade_frames=12),
        with_picture(sounds=(SoundSpan(0, 48, "dialogue", sound),)),
        with_picture(rate=Fraction(25)),
        with_picture(spans=(PictureSpan(0, 48, "gap"),)),
    ]  # fmt: skip
    keys = [key(base), *(key(other) for other in others)]
    assert len(set(keys)) == len(keys)
    assert key(replace(base, stem="b", folder=tmp_path / "x")) == keys[0]
    assert key(with_picture(name="another")) == keys[0]


def test_ten_thousand_spans_of_one_file_are_keyed_at_once(ledger: Ledger, media: Path) -> None:
    """The ledger is asked once for each file, not once for each span."""
    asked: list[str] = []
    known = ledger.fingerprint
    ledger.fingerprint = lambda path, *rest: asked.append(path) or known(path, *rest)  # type: ignore[method-assign, func-returns-value]
    spans = tuple(PictureSpan(n, n + 1, "clip", "", media, Fraction(n)) for n in range(10_000))
    request = Request(Picture("x", Fraction(24), 10_000, spans), Wishes(), "a", Path())
    key_of(request, Composer(), ledger, Progress())
    assert len(asked) == 1
