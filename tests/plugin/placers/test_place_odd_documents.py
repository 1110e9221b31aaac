"""Timelines of unusual shape: placed into right, or refused in one sentence."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nearest_rate

Make = Callable[..., PlacedMusic]


def item(schema: str, **more: Any) -> dict[str, Any]:
    """An OTIO object."""
    return {"OTIO_SCHEMA": schema, "metadata": {}, "name": "", **more}


def time(value: float, rate: float) -> dict[str, Any]:
    """A RationalTime."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


def span(start: float, length: float, rate: float) -> dict[str, Any]:
    """A TimeRange."""
    return {"OTIO_SCHEMA": "TimeRange.1", "duration": time(length, rate), "start_time": time(start, rate)}


def shot(length: float, rate: float = 24) -> dict[str, Any]:
    """A clip."""
    return item("Clip.2", source_range=span(0, length, rate), media_references={}, active_media_reference_key="x")


def film(*tracks: dict[str, Any], name: str = "film", **stack: Any) -> dict[str, Any]:
    """A timeline."""
    stacked = item("Stack.1", children=list(tracks), **stack)
    return {**item("Timeline.1", global_start_time=None, tracks=stacked), "name": name}


def picture(*children: dict[str, Any], kind: str = "Video") -> dict[str, Any]:
    """A video track."""
    return item("Track.1", kind=kind, children=list(children), source_range=None)


def placed_in(folder: Path, data: Any, music: PlacedMusic, **options: Any) -> Path:
    """Place into `data` (JSON or text) and give the result."""
    path = folder / "odd.otio"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    return place(music, path, output_folder=folder / "out", options=PlaceOptions(**options)).project


def added_track(path: Path) -> dict[str, Any]:
    """The last track of a timeline file."""
    return json.loads(path.read_bytes().decode("utf-8-sig"))["tracks"]["children"][-1]


def test_a_compact_file_stays_on_one_line(tmp_path: Path, make_music: Make) -> None:
    """No line breaks come into a file that has none."""
    text = json.dumps(film(picture(shot(48))), separators=(",", ":")).encode()
    result = placed_in(tmp_path, text, make_music()).read_bytes()
    assert b"\n" not in result
    assert b'": ' not in result
    assert json.loads(result)["tracks"]["children"][-1]["name"] == "Music (Cutscore)"


def test_windows_line_ends_and_the_mark_at_the_beginning_stay(tmp_path: Path, make_music: Make) -> None:
    """CRLF, a byte order mark and a last line end are kept, and the new lines end likewise."""
    text = b"\xef\xbb\xbf" + json.dumps(film(picture(shot(48))), indent=2).replace("\n", "\r\n").encode() + b"\r\n"
    result = placed_in(tmp_path, text, make_music()).read_bytes()
    assert result.startswith(b"\xef\xbb\xbf{\r\n")
    assert result.endswith(b"}\r\n")
    assert result.count(b"\n") == result.count(b"\r\n")


def test_lower_case_kinds_are_followed(tmp_path: Path, make_music: Make) -> None:
    """A file that writes "video" gets "audio"."""
    path = placed_in(tmp_path, film(picture(shot(48), kind="video")), make_music())
    assert added_track(path)["kind"] == "audio"


def test_a_stack_without_tracks_gets_one(tmp_path: Path, make_music: Make) -> None:
    """Clips that lie in the stack itself, no children, or no such field: the track is added all the same."""
    bare = film(shot(48))
    empty = film()
    without = film()
    del without["tracks"]["children"]
    for number, data in enumerate((bare, empty, without)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = placed_in(folder, data, make_music())
        timeline = otio.adapters.read_from_file(str(path))
        assert [48] == [int(clip.duration().value) for clip in timeline.audio_tracks()[0].find_clips()]
        again = place(make_music(level=2, name="b.wav"), folder / "odd.otio", output_folder=folder / "out")
        assert path == again.project


def test_a_timeline_trimmed_by_its_stack(tmp_path: Path, make_music: Make) -> None:
    """Where the stack shows a part of its tracks, the music begins with that part."""
    data = film(picture(shot(96)), source_range=span(20, 48, 24))
    path = placed_in(tmp_path, data, make_music(24, record_in=5))
    timeline = otio.adapters.read_from_file(str(path))
    (music,) = timeline.audio_tracks()[0].find_clips()
    assert music.transformed_time_range(music.trimmed_range(), timeline.tracks).start_time.value == 25


def test_one_timeline_in_a_collection(tmp_path: Path, make_music: Make) -> None:
    """The only timeline of a collection is the one; its neighbours stay."""
    data = item("SerializableCollection.1", children=[shot(5), film(picture(shot(48)))])
    path = placed_in(tmp_path, data, make_music())
    result = json.loads(path.read_bytes())
    assert result["children"][1]["tracks"]["children"].pop()["name"] == "Music (Cutscore)"
    assert data == result


def test_several_timelines_are_refused_unless_one_is_named(tmp_path: Path, make_music: Make) -> None:
    """The names are listed; with one of them given, the music goes there."""
    data = item("SerializableCollection.1", children=[film(name="A"), film(name="B")])
    with pytest.raises(InputRefused, match='2 timelines \\("A", "B"\\)'):
        placed_in(tmp_path, data, make_music())
    path = placed_in(tmp_path, data, make_music(), timeline="B")
    counts = [len(one["tracks"]["children"]) for one in json.loads(path.read_bytes())["children"]]
    assert [0, 1] == counts


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "no OpenTimelineIO file"),
        ([], "no OpenTimelineIO file"),
        (item("Track.1", children=[]), "is a Track"),
        ({**film(), "tracks": None}, "without tracks"),
        (item("SerializableCollection.1", children=[shot(1)]), "is a SerializableCollection"),
        ({**film(), "tracks": item("Stack.1", children=5)}, "no list"),
        (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": ', "not valid JSON"),
    ],
)
def test_what_is_no_timeline_is_refused(tmp_path: Path, make_music: Make, data: Any, message: str) -> None:
    """One sentence that names the file; nothing is written."""
    music = make_music()
    with pytest.raises(InputRefused, match=message):
        placed_in(tmp_path, data, music)
    assert not (tmp_path / "out" / "odd.scored.otio").exists()


def test_bare_paths_get_a_bare_path(tmp_path: Path, make_music: Make) -> None:
    """A file that writes raw spaces, not %20, gets its music written the same way."""
    data = film(picture(shot(48)))
    reference = item("ExternalReference.1", target_url="my shots/a 1.mov")
    data["tracks"]["children"][0]["children"][0]["media_references"] = {"x": reference}
    path = placed_in(tmp_path, data, make_music(name="my music ä.wav", folder=tmp_path / "out"))
    clip = added_track(path)["children"][0]
    assert clip["media_references"]["DEFAULT_MEDIA"]["target_url"] == "my music ä.wav"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_any_timeline_in_any_formatting(
    tmp_path_factory: pytest.TempPathFactory, make_music: Make, data: st.DataObject
) -> None:
    """Random tracks, rates and layouts: only a track is added, and OTIO finds the music on its frame."""
    rate = data.draw(st.sampled_from([12.5, 23.976023976023978, 23.976, 24, 25.0, 29.97, 30.303, 59.94005994005994]))
    lengths = st.lists(st.integers(1, 500), min_size=1, max_size=3)
    tracks = [picture(*(shot(n, rate) for n in data.draw(lengths))) for _ in range(data.draw(st.integers(0, 3)))]
    document = film(*tracks)
    document["metadata"] = data.draw(st.dictionaries(st.text(max_size=6), st.floats() | st.text(), max_size=3))
    indent = data.draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    text = json.dumps(document, indent=indent, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "replace")
    begin, frames = data.draw(st.integers(0, 300)), data.draw(st.integers(1, 600))
    folder = tmp_path_factory.mktemp("odd")
    path = placed_in(folder, text, make_music(frames, rate, record_in=begin))
    result = path.read_bytes()
    prefix = next((i for i, (a, b) in enumerate(zip(text, result, strict=False)) if a != b), len(text))
    assert text[prefix:] == result[len(result) - (len(text) - prefix) :]
    timeline = otio.adapters.read_from_file(str(path))
    (music,) = timeline.audio_tracks()[0].find_clips()
    where = music.range_in_parent()
    assert (begin, frames) == (where.start_time.value, where.duration.value)
    assert nearest_rate(float(rate)) == nearest_rate(where.duration.rate)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path]
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in rows:
        found += paths_in(one, (*path, key))
    return found


NONSENSE = st.sampled_from(
    [None, True, 0, -1, 1e308, float("nan"), "", "x", [], {}, [None], {"OTIO_SCHEMA": "Clip.2"}, {"OTIO_SCHEMA": 5}]
)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nonsense_anywhere_is_placed_over_or_refused(
    tmp_path_factory: pytest.TempPathFactory, make_music: Make, data: st.DataObject
) -> None:
    """A scored timeline with any values spoilt never crashes a second placing, and stays JSON."""
    folder = tmp_path_factory.mktemp("spoilt")
    first = placed_in(folder, film(picture(shot(48)), picture(shot(20), kind="Audio")), make_music(24))
    document = json.loads(first.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in paths_in(document) if p]))
        value = document
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = json.loads(json.dumps(data.draw(NONSENSE)))
    first.write_text(json.dumps(document))
    music = make_music(24, level=2, name="two.wav")
    with contextlib.suppress(InputRefused):
        again = place(music, first, output_folder=folder / "out", in_place=True)
        json.loads(again.project.read_bytes())
        assert "two.wav" in again.project.read_text()
