"""Resolve: music on the timeline of a stand-in that fails as silently as the real one."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.editors.resolve.cutscore_resolve import laying, timeline_facts
from cutscore.editors.resolve.cutscore_resolve.connection import Connection, Trouble, connect
from cutscore.editors.resolve.cutscore_resolve.laying import Laid
from support.fake_resolve import FakeClip, FakeItem, FakeResolve, FakeTimeline, FakeTrack


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A WAV with its cue file: 240 frames, hits at 1 and 2.5 s."""
    cue = {"frames": 240, "hits": [{"time": t, "kind": "cut", "weight": 0.5} for t in (1.0, 2.5)]}
    (tmp_path / "film_v1.cue.json").write_text(json.dumps(cue), encoding="utf-8")
    path = tmp_path / "film_v1.wav"
    path.write_bytes(b"RIFF")
    return path


def lay(resolve: FakeResolve, music: Path) -> Laid:
    """One run of the laying."""
    connection = Connection(resolve, resolve, resolve.pool)
    facts = timeline_facts.facts_of(resolve.timeline)
    return laying.lay(connection, resolve.timeline, facts, str(music), str(music.with_suffix(".cue.json")))


def another(music: Path, name: str = "film_v2") -> Path:
    """A second piece for the same timeline."""
    path = music.with_name(f"{name}.wav")
    path.write_bytes(b"RIFF2")
    path.with_suffix(".cue.json").write_bytes(music.with_suffix(".cue.json").read_bytes())
    return path


def on(resolve: FakeResolve, track: int) -> list[tuple[str, int, int, bool]]:
    """What lies on a track: file, start, frames, whether it sounds."""
    items = resolve.timeline.tracks[track - 1].items
    return [(Path(i.clip.path).stem if i.clip else "", i.start, i.frames, i.enabled) for i in items]


def test_the_music_lies_on_a_track_of_its_own_at_the_first_frame(music: Path) -> None:
    """A new stereo track, called as it is everywhere; bin, place, length and hits as they should be."""
    resolve = FakeResolve(FakeTimeline(tracks=[FakeTrack("Dialogue", [FakeItem(None, 86400, 240)])]))
    laid = lay(resolve, music)
    assert (2, 86400, 240, ()) == (laid.track, laid.start, laid.frames, laid.said)
    assert ["Dialogue", "Music (Cutscore)"] == [track.name for track in resolve.timeline.tracks]
    assert [("film_v1", 86400, 240, True)] == on(resolve, 2)
    assert ["Cutscore"] == [folder.name for folder in resolve.pool.root.folders]
    assert resolve.pool.current is resolve.pool.root, "the bin that was open is open again"
    (order,) = resolve.pool.orders
    assert (2, 0, 240) == (order["mediaType"], order["startFrame"], order["endFrame"])
    item = resolve.timeline.tracks[1].items[0]
    assert [0, 24, 60] == sorted(item.markers)


def test_the_same_music_again_changes_nothing(music: Path) -> None:
    """No second clip, no second import, no second track."""
    resolve = FakeResolve()
    lay(resolve, music)
    before = on(resolve, 2)
    laid = lay(resolve, music)
    assert before == on(resolve, 2)
    assert 1 == len(resolve.pool.orders)
    assert 1 == len(resolve.pool.root.folders[0].clips)
    assert "nothing was changed" in laid.said[0]


def test_a_second_version_replaces_the_first(music: Path) -> None:
    """An untouched clip gives way; its track is used again."""
    resolve = FakeResolve()
    lay(resolve, music)
    lay(resolve, another(music))
    assert [("film_v2", 86400, 240, True)] == on(resolve, 2)
    assert 2 == len(resolve.timeline.tracks)


@pytest.mark.parametrize("how", ["moved", "trimmed", "locked", "muted"])
def test_a_touched_clip_is_never_replaced(music: Path, how: str) -> None:
    """It stays and is muted; the new version has a track of its own."""
    resolve = FakeResolve()
    lay(resolve, music)
    item = resolve.timeline.tracks[1].items[0]
    if how == "moved":
        item.start += 10
    elif how == "trimmed":
        item.frames -= 10
    elif how == "locked":
        resolve.timeline.tracks[1].locked = True
    else:
        item.enabled = False
    laid = lay(resolve, another(music))
    assert 3 == laid.track
    assert [("film_v2", 86400, 240, True)] == on(resolve, 3)
    assert [item] == resolve.timeline.tracks[1].items
    assert not item.enabled
    assert how in laid.said[0]


def test_somebody_else_s_clip_is_left_alone(music: Path) -> None:
    """A clip on the music track that is not ours, and a locked music track, are not used."""
    strange = FakeItem(FakeClip("song.wav", "24"), 86500, 20)
    resolve = FakeResolve(FakeTimeline(tracks=[FakeTrack("Music (Cutscore)", [strange])]))
    assert 2 == lay(resolve, music).track
    assert [strange] == resolve.timeline.tracks[0].items


@pytest.mark.parametrize(("rate", "at"), [("23.976", "24"), ("25.0", "29.97"), ("59.94", "23.976"), ("30", "60")])
def test_audio_counts_at_the_rate_of_its_import(music: Path, rate: str, at: str) -> None:
    """Whatever rate the clip was imported at, as many frames of the timeline sound as it has."""
    resolve = FakeResolve(FakeTimeline(rate=rate, frames=2400), imported_at=at)
    cue = json.loads(music.with_suffix(".cue.json").read_text(encoding="utf-8")) | {"frames": 2400}
    music.with_suffix(".cue.json").write_text(json.dumps(cue), encoding="utf-8")
    assert 2400 == lay(resolve, music).frames
    assert abs(on(resolve, 2)[0][2] - 2400) <= 1


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("AddTrack", "did not add an audio track"),
        ("ImportMedia", "did not import"),
        ("AddSubFolder", "did not make the bin"),
        ("AppendToTimeline", "did not lay the music"),
    ],
)
def test_silent_failures_are_told(music: Path, what: str, sentence: str) -> None:
    """Calls that return as if all were well and do nothing end in a sentence, not in a lie."""
    resolve = FakeResolve()
    resolve.timeline.refuses.add(what)
    resolve.pool.refuses.add(what)
    with pytest.raises(Trouble, match=sentence):
        lay(resolve, music)


def test_an_earlier_version_comes_back_when_the_new_one_cannot_be_laid(music: Path) -> None:
    """What lay there lies there again, and is still known as ours."""
    resolve = FakeResolve()
    lay(resolve, music)
    append = resolve.pool.AppendToTimeline

    def once(orders: list[dict[str, Any]]) -> list[FakeItem | None]:
        if "film_v2" in orders[0]["mediaPoolItem"].path:
            return [FakeItem(None, 0, 1)]
        return append(orders)

    resolve.pool.AppendToTimeline = once  # type: ignore[method-assign]
    with pytest.raises(Trouble, match="did not lay"):
        lay(resolve, another(music))
    assert [("film_v1", 86400, 240, True)] == on(resolve, 2)
    resolve.pool.AppendToTimeline = append  # type: ignore[method-assign]
    lay(resolve, another(music, "film_v3"))
    assert [("film_v3", 86400, 240, True)] == on(resolve, 2)


def test_lost_markers_are_told(music: Path) -> None:
    """Without its marker the clip is not recognised next time: the user hears of it now."""
    resolve = FakeResolve()
    resolve.pool.refuses.add("AddMarker")
    said = " ".join(lay(resolve, music).said)
    assert "will not recognise" in said


@given(number=st.integers(1, 400), kind=st.sampled_from(["whole", "television"]))
def test_rates_are_exact(number: int, kind: str) -> None:
    """Any multiple of 1000/1001, written with three places as Resolve writes it, is that fraction again."""
    if kind == "whole":
        assert Fraction(number) == timeline_facts.exact_rate(f"{number}.0") == timeline_facts.exact_rate(float(number))
    elif number in (24, 30, 48, 60, 96, 120):
        exact = Fraction(number * 1000, 1001)
        assert exact == timeline_facts.exact_rate(f"{float(exact):.3f}")
        assert exact == timeline_facts.exact_rate(f"{float(exact):.2f} DF")


@pytest.mark.parametrize("said", [None, "", "auto", "-24", "0"])
def test_what_is_no_rate_is_none(said: object) -> None:
    """A timeline whose rate Resolve does not tell is refused by the caller."""
    assert timeline_facts.exact_rate(said) is None


def test_without_resolve_or_a_project_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to do stands in it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(Trouble, match="External scripting"):
        connect({})
    closed = FakeResolve()
    closed.open = False
    with pytest.raises(Trouble, match="No project is open"):
        connect({"resolve": closed})
