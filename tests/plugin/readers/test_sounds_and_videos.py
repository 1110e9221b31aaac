"""Sound tracks told apart; videos read as films; the report of a reading; bundles."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
import pytest

from cutscore.cut import Cut
from cutscore.readers import read_cut, read_timeline, require_picture
from cutscore.readers.report import read_report
from cutscore.readers.roles import role_of
from cutscore_composer.errors import InputRefused


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Dialogue 1", "dialogue"),
        ("DX", "dialogue"),
        ("O-Ton", "dialogue"),
        ("Sprecher_final.wav", "dialogue"),
        ("Voix off", "dialogue"),
        ("Locución", "dialogue"),
        ("VoiceOver", "dialogue"),
        ("Lav_02.wav", "dialogue"),
        ("MUSIK", "music"),
        ("Musique originale", "music"),
        ("música", "music"),
        ("MX temp", "music"),
        ("tempScore_v3.mp3", "music"),
        ("Pachamama Opening Theme-(1080p).wav", "music"),
        ("SFX", "effects"),
        ("06_Mayu_Sfx_ladder.wav", "effects"),
        ("Cold wind sound effect (128 kbps).mp3", "effects"),
        ("Geräusche", "effects"),
        ("Bruitages", "effects"),
        ("Atmo", "effects"),
        ("Efectos", "effects"),
        ("Audio 1", None),
        ("A1", None),
        ("C0042.MP4", None),
    ],
)
def test_names_tell_what_a_sound_is_for(name: str, role: str | None) -> None:
    """In English, German, French and Spanish."""
    assert role == role_of(name)


def sound(name: str, frames: int = 50, metadata: dict[str, Any] | None = None, enabled: bool = True) -> Any:
    """A clip of missing media."""
    range_ = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(frames, 25))
    clip = otio.schema.Clip(name, otio.schema.MissingReference(), range_, metadata=metadata or {})
    clip.enabled = enabled
    return clip


def edit(folder: Path, **tracks: list[Any]) -> Cut:
    """The Cut of a timeline with a picture and these sound tracks."""
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track("V1", children=[sound("picture")]))
    for name, clips in tracks.items():
        timeline.tracks.append(otio.schema.Track(name.replace("_", " "), children=clips, kind="Audio"))
    otio.adapters.write_to_file(timeline, str(folder / "t.otio"))
    return read_timeline(folder / "t.otio")


def test_track_names_go_before_clip_names_and_metadata(tmp_path: Path) -> None:
    """A named track decides; on an unnamed one each clip does; what nothing tells is listened to for speech."""
    cut = edit(
        tmp_path,
        Dialog=[sound("music box.wav")],
        A2=[sound("boom.wav", 10), sound("temp music.mp3", 10), sound("take 5", 10)],
        A3=[sound("x", 10, {"fcpx": {"audioRole": "effects.foley"}})],
    )
    assert [
        ("Dialog", "dialogue", ["music box.wav"]),
        ("A2", "dialogue", ["boom.wav", "take 5"]),
        ("A2", "music", ["temp music.mp3"]),
        ("A3", "effects", ["x"]),
    ] == [(track.name, track.role, [clip.name for clip in track.clips]) for track in cut.sounds]
    assert 3 == cut.tracks.audio


def test_temp_music_is_said_by_name_unless_it_is_muted(tmp_path: Path) -> None:
    """The warning names track and clip."""
    cut = edit(tmp_path, Music=[sound("Hans.mp3"), sound("Muted.mp3", enabled=False)])
    said = [warning for warning in cut.warnings if "usic" in warning and "track" in warning]
    assert len(said) == 1
    assert "'Music'" in said[0]
    assert "'Hans.mp3'" in said[0]
    assert "Muted" not in said[0]


def test_all_sounds_of_a_nested_sequence_are_heard(tmp_path: Path) -> None:
    """Sound hides nothing: both tracks of the nest are there, trimmed to its range."""
    tracks = [otio.schema.Track(children=[sound(name)], kind="Audio") for name in ("voice", "sfx")]
    nest = otio.schema.Stack("nest", children=tracks, source_range=sound("x", 30).source_range)
    cut = edit(tmp_path, A1=[sound("first", 10), nest])
    heard = sorted((clip.name, clip.record_in, clip.record_out) for track in cut.sounds for clip in track.clips)
    assert [("first", 0, 10), ("sfx", 10, 40), ("voice", 10, 40)] == heard


def test_our_own_music_is_known_again(tmp_path: Path) -> None:
    """By the track's name or the clip's metadata; it is no temp music."""
    cut = edit(
        tmp_path, **{"Music (Cutscore)": [sound("cue")], "A2": [sound("cue", metadata={"cutscore": {"seed": 1}})]}
    )
    assert [True, True] == [track.ours for track in cut.sounds]
    assert not [warning for warning in cut.warnings if "emp" in warning]
    assert cut.picture().sounds == ()


def film(path: Path, frames: int, rate: Fraction = Fraction(25), steps: list[int] | None = None) -> Path:
    """A small film."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        if steps:
            stream.codec_context.time_base = Fraction(1, 1000)
        stamp = 0
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), number % 255, np.uint8), format="rgb24")
            if steps:
                frame.pts, frame.time_base = stamp, Fraction(1, 1000)
                stamp += steps[number % len(steps)]
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def test_several_videos_are_one_longer_cut(tmp_path: Path) -> None:
    """In the order given, at the first one's rate, the others conformed and named."""
    first, second = film(tmp_path / "one.mp4", 50), film(tmp_path / "zwei ü.mov", 60, Fraction(30))
    cut = read_cut([first, second])
    assert (Fraction(25), 100) == (cut.rate, cut.duration)
    assert [(0, 50, first), (50, 100, second)] == [(s.record_in, s.record_out, s.media) for s in cut.spans]
    assert all(span.search_cuts for span in cut.spans)
    assert any("zwei ü.mov" in warning and "conformed" in warning for warning in cut.warnings)


def test_a_variable_rate_is_said(tmp_path: Path) -> None:
    """Frames are then taken by time."""
    cut = read_cut([film(tmp_path / "phone.mp4", 100, steps=[20, 60, 20, 20, 80])])
    assert any("variable" in warning for warning in cut.warnings)
    assert 4.0 == pytest.approx(float(cut.seconds), abs=0.1)


@pytest.mark.real
def test_real_videos_last_as_long_as_their_picture(videos: Path) -> None:
    """Odd rates, two streams, sound that is longer."""
    expected = {
        "intel_car_detection.mp4": (Fraction(25, 2), 377),
        "mdn_chroma.mp4": (Fraction(60000, 1001), 1465),
        "nasa_13013_torchcodec.mp4": (Fraction(30000, 1001), 390),
        "sintel_trailer-720p.mp4": (Fraction(24), 1253),
    }
    assert expected == {name: ((cut := read_cut([videos / name])).rate, cut.duration) for name in expected}
    assert any("2 pictures" in warning for warning in read_cut([videos / "nasa_13013_torchcodec.mp4"]).warnings)


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    """An audio file has nothing to score."""
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        block.sample_rate = 48000
        out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    with pytest.raises(InputRefused, match="no picture"):
        read_cut([path])


def test_a_timeline_of_sound_alone_is_read_and_not_scored(tmp_path: Path) -> None:
    """Black with a warning; require_picture refuses."""
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track("A1", children=[sound("s")], kind="Audio"))
    otio.adapters.write_to_file(timeline, str(tmp_path / "t.otio"))
    cut = read_timeline(tmp_path / "t.otio")
    assert ["gap"] == [span.kind for span in cut.spans]
    with pytest.raises(InputRefused, match="no picture"):
        require_picture(cut)


def test_the_report_is_what_the_design_says(tmp_path: Path) -> None:
    """Its keys, and that it is JSON."""
    report = read_report(edit(tmp_path, Music=[sound("m", 60)]))
    assert json.loads(json.dumps(report)) == report
    assert [
        "name",
        "rate",
        "start",
        "duration",
        "duration_seconds",
        "tracks",
        "clips",
        "markers",
        "warnings",
    ] == list(report)
    assert ("25/1", 60, 2.4, {"video": 1, "audio": 1}) == tuple(
        report[key] for key in ("rate", "duration", "duration_seconds", "tracks")
    )
    assert [("picture", "missing", 0, 50), ("", "gap", 50, 60)] == [
        (clip["name"], clip["kind"], clip["record_in"], clip["record_out"]) for clip in report["clips"]
    ]


def test_a_bundle_folder_and_a_bundle_zip_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Media inside are found; only what the timeline uses is unpacked."""
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path / "cache")
    folder = tmp_path / "b.otiod"
    (folder / "media").mkdir(parents=True)
    film(folder / "media" / "a b.mp4", 20)
    (folder / "media" / "unused.mp4").write_bytes(b"never unpacked")
    clip = otio.schema.Clip("a", otio.schema.ExternalReference("media/a%20b.mp4"), sound("x", 20).source_range)
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track(children=[clip]))
    otio.adapters.write_to_file(timeline, str(folder / "content.otio"), adapter_name="otio_json")
    with zipfile.ZipFile(tmp_path / "b.otioz", "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder).as_posix())
    unzipped, zipped = read_timeline(folder), read_timeline(tmp_path / "b.otioz")
    assert ["clip", "clip"] == [unzipped.spans[0].kind, zipped.spans[0].kind]
    assert folder / "media" / "a b.mp4" == unzipped.spans[0].media
    assert (None, True) == (unzipped.source_sha256, bool(zipped.source_sha256))
    assert ["a b.mp4"] == [file.name for file in (tmp_path / "cache").rglob("*.mp4")]
