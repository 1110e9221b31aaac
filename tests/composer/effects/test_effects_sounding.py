"""The effects as they sound: on their frames to ten milliseconds, under the music, back under speech; and what the
engine delivers of them: two tracks that sum to the music with effects."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import uniform_filter1d

from cutscore_composer.cue import read_cue
from cutscore_composer.effects import laid
from cutscore_composer.effects.room_tone import loop_of
from cutscore_composer.effects.sheet import Effect, EffectKind, EffectSheet, Room
from cutscore_composer.effects.sounds import sounding
from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.cells import CELL
from cutscore_composer.mix.loudness import Meter, decoded, measure
from cutscore_composer.picture import CutPoint, Picture, PictureMarker, PictureSpan
from cutscore_composer.timebase import samples_for
from cutscore_composer.wishes import Wishes
from support.films import film

RATE = Fraction(24000, 1001)
HZ = 48_000
MUSIC_LUFS = -16.0
ROOM = Room(0, 480, 0.4, 0.2, 0.4, 0.5, 5)
Audio = npt.NDArray[np.float32]


def effect(kind: EffectKind, frame: int = 240, weight: float = 0.8, **more: object) -> Effect:
    """One effect."""
    lengths = {"whoosh": (0.5, 0.6), "riser": (2.5, 0.0), "impact": (0.0, 4.5)}[kind]
    return replace(
        Effect(frame, kind, weight, kind, *lengths, side=0.6, pitch=26 if kind == "impact" else 50, variant=3),
        **more,  # type: ignore[arg-type]
    )


def heard(
    *effects: Effect, rooms: tuple[Room, ...] = (), speech: tuple[tuple[float, float], ...] = (), later: float = 0.0
) -> Audio:
    """The layer alone, under even music of MUSIC_LUFS."""
    sheet = EffectSheet(RATE, 480, effects, rooms, speech)
    total = samples_for(480, RATE) + round(later * HZ)
    powers = np.full(-(-total // CELL), 10 ** ((MUSIC_LUFS + 0.691) / 10), np.float32)
    return np.concatenate(list(laid(sheet, later_seconds=later).blocks(powers, HZ, total)))


def loudness(sound: Audio) -> float:
    """FFmpeg's meter."""
    meter = Meter(HZ)
    meter.add(sound)
    return meter.result().lufs


@pytest.mark.parametrize("weight", [0.55, 0.8, 1.0])
@pytest.mark.parametrize("later", [0.0, 1.5])
def test_an_impact_is_loudest_on_its_frame(weight: float, later: float) -> None:
    """Its highest sample lies within 10 ms of the cut, and nothing of it sounds more than 10 ms before."""
    sound = np.abs(heard(effect("impact", weight=weight), later=later)).max(axis=1)
    at = samples_for(240, RATE) + round(later * HZ)
    assert abs(int(sound.argmax()) - at) <= HZ // 100
    assert sound[: at - HZ // 100].max() < 0.01 * sound.max()


@pytest.mark.parametrize(("before", "after"), [(0.35, 0.4), (0.6, 1.1), (1.4, 1.4)])
@pytest.mark.parametrize("variant", [1, 2, 3])
def test_a_whoosh_is_loudest_on_its_frame(before: float, after: float, variant: int) -> None:
    """By the power of 50 ms, within 30 ms; it comes and goes as long as it is told, from one side to the other."""
    sound = heard(effect("whoosh", before=before, after=after, variant=variant))
    power = uniform_filter1d((sound**2).mean(axis=1), HZ // 20)
    at = samples_for(240, RATE)
    assert abs(int(power.argmax()) - at) <= 0.03 * HZ
    sounding_at = np.flatnonzero(np.abs(sound).max(axis=1) > 0)
    assert at - (before + 0.05) * HZ <= sounding_at[0]
    assert sounding_at[-1] <= at + (after + 0.05) * HZ
    left, right = (
        (sound[a:b] ** 2).mean(axis=0) for a, b in ((at - HZ // 4, at - HZ // 20), (at + HZ // 20, at + HZ // 4))
    )
    assert (left[0] - left[1]) * (right[0] - right[1]) < 0


def test_a_riser_stops_on_its_frame() -> None:
    """It grows up to there, and a hundredth of a second later all is silent."""
    sound = heard(effect("riser"))
    at = samples_for(240, RATE)
    power = (sound**2).mean(axis=1)
    quarters = [power[at - (4 - n) * HZ // 2 : at - (3 - n) * HZ // 2].mean() for n in range(4)]
    assert quarters == sorted(quarters)
    assert power[at + HZ // 100 :].max() == 0
    assert power[at - HZ // 50 : at].max() > 0


@pytest.mark.parametrize(("kind", "least", "most"), [("impact", 4, 9), ("whoosh", 6.5, 13.5), ("riser", 7.5, 12.5)])
@pytest.mark.parametrize("weight", [0.4, 1.0])
def test_effects_lie_under_the_music(kind: EffectKind, least: float, most: float, weight: float) -> None:
    """The loudest 0.4 s, as FFmpeg's meter reads them, against the music."""
    sound = heard(effect(kind, weight=weight))
    step = HZ // 10
    loudest = max(
        loudness(sound[a : a + 4 * step])
        for a in range(0, len(sound) - 4 * step, step)
        if sound[a : a + 4 * step].any()
    )
    assert least - 0.5 <= MUSIC_LUFS - loudest <= most + 1.5


def test_room_tone_is_at_fifty_under_full_scale() -> None:
    """-50 LUFS under music of -16, whatever the place; no hole and no step where the place changes."""
    dark, bright = (
        replace(ROOM, frame_out=240, light=0.05, motion=0.0),
        replace(ROOM, frame_in=240, light=0.9, variant=6),
    )
    sound = heard(rooms=(dark, bright))
    middle = samples_for(240, RATE)
    for part in (sound[HZ : middle - HZ], sound[middle + HZ : -HZ]):
        assert loudness(part) == pytest.approx(-50, abs=1)
    power = uniform_filter1d((sound**2).mean(axis=1), HZ // 10)[HZ // 2 : -HZ // 2]
    assert power.min() > power.max() / 300


def test_the_loop_has_no_seam() -> None:
    """Where it begins again it goes on: no step larger than those inside."""
    loop = loop_of(ROOM, HZ)
    step = np.abs(np.diff(loop, axis=0)).max()
    assert np.abs(loop[0] - loop[-1]).max() <= step


def test_effects_step_back_under_speech() -> None:
    """Eight decibels."""
    plain, spoken = heard(rooms=(ROOM,)), heard(rooms=(ROOM,), speech=((8.0, 12.0),))
    inside = slice(9 * HZ, 11 * HZ)
    assert loudness(plain[inside]) - loudness(spoken[inside]) == pytest.approx(8, abs=0.2)
    assert np.array_equal(plain[: 7 * HZ], spoken[: 7 * HZ])


def test_outside_of_the_picture_there_is_silence() -> None:
    """The handle before it is still, and the end fades."""
    sound = heard(effect("impact", frame=470), rooms=(ROOM,), later=1.0)
    assert not sound[: HZ - 10].any()
    assert np.abs(sound[-20:]).max() < 1e-3


@pytest.mark.parametrize("kind", ["whoosh", "impact", "riser"])
def test_a_variant_is_its_own_sound_and_always_the_same(kind: EffectKind) -> None:
    """No two whooshes of a film are one recording."""
    one, same = sounding(effect(kind), HZ), sounding(effect(kind), HZ)
    assert np.array_equal(one.sound, same.sound)
    if kind != "riser":
        assert not np.array_equal(one.sound, sounding(effect(kind, variant=4), HZ).sound)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A film of twelve seconds with a marker, with effects and without; the folder and both results."""
    folder = tmp_path_factory.mktemp("effects")
    path = film(folder / "film.mp4", rate=Fraction(24), frames=288, cuts=(96, 200))
    spans = tuple(PictureSpan(a, b, "clip", "film", path, Fraction(a, 24)) for a, b in ((0, 96), (96, 200), (200, 288)))
    picture = Picture(
        "film", Fraction(24), 288, spans, (CutPoint(96), CutPoint(200)), (PictureMarker(144, "hit"),), start_frame=24
    )
    made = {}
    for name, effects in (("plain", False), ("with", True)):
        request = Request(picture, Wishes(style="cinematic"), name, folder, seed=4, stems=True, effects=effects)
        made[name] = LocalEngine().score(request, Progress())
    return made


def test_tracks_sum_to_what_is_delivered(scored) -> None:  # type: ignore[no-untyped-def]
    """Within -90 dB; loudness and peak as wished; both as long as the picture, with its timecode."""
    music = scored["with"]
    whole, *tracks = (np.concatenate(list(decoded(path))) for path in (music.audio, *(t.file for t in music.tracks)))
    assert [track.name for track in music.tracks] == ["music", "effects"]
    assert [track.file.name for track in music.tracks] == ["with.music.wav", "with.effects.wav"]
    assert {len(whole), *(len(track) for track in tracks)} == {288 * 2000}
    assert np.abs(whole - sum(tracks)).max() < 10 ** (-90 / 20)
    assert max(np.abs(track).max() for track in tracks) < 1
    found = measure(music.audio)
    assert found.lufs == pytest.approx(-16, abs=0.2)
    assert found.dbtp <= -1
    head = [track.file.read_bytes()[:650] for track in music.tracks]
    assert head[0] == head[1] == music.audio.read_bytes()[:650]
    assert set(music.files()) >= {track.file for track in music.tracks}
    # The stems are the music's.
    stems = sum(np.concatenate(list(decoded(stem.file))) for stem in music.stems)
    lowered = 10 ** (music.cue.loudness.stems_db / 20)
    assert np.abs(stems / lowered - tracks[0]).max() < 1e-3


def test_the_cue_file_names_the_effects(scored) -> None:  # type: ignore[no-untyped-def]
    """Times, kinds and names; the marker's impact is heard there; without effects there is not a word of them."""
    music, plain = scored["with"], scored["plain"]
    cue = read_cue(music.cue_file)
    assert [one.name for one in cue.effects] == [one.name for one in music.cue.effects]
    assert any(one.kind == "impact" and one.time == 6.0 for one in cue.effects)
    assert [one.time for one in cue.effects] == sorted(one.time for one in cue.effects)
    assert any(one.kind == "room" and one.start == 0 for one in cue.effects)
    assert [(track.name, track.file) for track in cue.tracks] == [
        ("music", "with.music.wav"),
        ("effects", "with.effects.wav"),
    ]
    effects = np.abs(np.concatenate(list(decoded(music.tracks[1].file)))).max(axis=1)
    near = effects[5 * HZ : 7 * HZ]
    assert abs(int(near.argmax()) + 5 * HZ - 6 * HZ) <= HZ // 100
    text = plain.cue_file.read_text(encoding="utf-8")
    assert '"effects"' not in text
    assert '"tracks"' not in text
    assert plain.tracks == ()


def test_the_notes_are_the_same_with_effects(scored) -> None:  # type: ignore[no-untyped-def]
    """Effects are laid under the music; the music does not change for them."""
    assert scored["with"].midi.read_bytes() == scored["plain"].midi.read_bytes()


def test_stopping_leaves_nothing(tmp_path: Path) -> None:
    """Neither tracks nor tapes."""
    picture = Picture("f", Fraction(24), 96, (PictureSpan(0, 96, "generator"),), markers=(PictureMarker(48, "hit"),))
    from cutscore_composer.errors import Cancelled

    told = 0

    def stop(event: object) -> None:
        nonlocal told
        told += getattr(event, "stage", "") == "mix"
        if told > 3:
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(Cancelled):
        LocalEngine().score(Request(picture, Wishes(), "m", tmp_path, effects=True), progress)
    assert list(tmp_path.iterdir()) == []
