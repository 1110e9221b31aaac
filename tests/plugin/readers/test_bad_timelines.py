"""Bad input: one sentence that names the file and says what to do, never a traceback or a crash."""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.readers import TIMELINES, read_cut, read_timeline
from cutscore_composer.errors import InputRefused

TIME = '{"OTIO_SCHEMA": "RationalTime.1", "rate": 24.0, "value": VALUE}'
RANGE = '{"OTIO_SCHEMA": "TimeRange.1", "start_time": START, "duration": TIME}'.replace("TIME", TIME)
CLIP = '{"OTIO_SCHEMA": "Clip.2", "name": "c", "source_range": RANGE, "media_references": {}, "key": 1}'
TIMELINE = """{"OTIO_SCHEMA": "Timeline.1", "name": "t", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [
{"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [CHILDREN]}]}}"""


def clip(frames: object) -> str:
    """A clip of so many frames, as JSON."""
    whole = CLIP.replace("RANGE", RANGE.replace("START", TIME.replace("VALUE", "0"))).replace("VALUE", str(frames))
    return whole.replace('"key": 1', '"active_media_reference_key": "DEFAULT_MEDIA"')


def timeline(children: str) -> str:
    """A timeline of one track with these items, as JSON."""
    return TIMELINE.replace("CHILDREN", children)


BAD_OTIO = {
    "empty": ("", "empty"),
    "spaces": ("  \n ", "empty"),
    "broken": ('{"OTIO_SCHEMA": "Timeline.1",\n "name": }', "line 2, column 10"),
    "cut off": (timeline(clip(24))[:150], "line "),
    "list": ("[1, 2]", "no OpenTimelineIO timeline"),
    "other json": ('{"a": 1}', "no OpenTimelineIO timeline"),
    "no tracks": ('{"OTIO_SCHEMA": "Timeline.1", "name": "t"}', ""),
    "null tracks": ('{"OTIO_SCHEMA": "Timeline.1", "name": "t", "tracks": null}', "without"),
    "no length": (timeline(""), "without any length"),
    "zero length": (timeline(clip(0)), "without any length"),
    "unknown item": (timeline('{"OTIO_SCHEMA": "Hologram.7", "name": "x"}'), ""),
    "newer clip": (timeline(clip(24).replace("Clip.2", "Clip.9")), "Clip.9"),
    "newer timeline": ('{"OTIO_SCHEMA": "Timeline.4"}', "Timeline.4"),
    "wrong type": ('{"OTIO_SCHEMA": "Timeline.1", "tracks": 7}', ""),
    "time alone": ('{"OTIO_SCHEMA": "RationalTime.1", "rate": 24, "value": 1}', "no OpenTimelineIO timeline"),
    "not a number": (timeline(clip("NaN")), "no time"),
    "endless": (timeline(clip("Infinity")), "no time"),
    "rate of zero": (timeline(clip(24).replace("24.0", "0.0")), "rate of 0"),
    "negative": (timeline(clip(-5)), "negative"),
    "absurd length": (timeline(clip(9e9)), ""),
    "deep": ("[" * 100_000 + "]" * 100_000, "deep"),
    "deep metadata": (
        '{"OTIO_SCHEMA": "Timeline.1", "metadata": ' + '{"a":' * 90_000 + "1" + "}" * 90_000 + "}",
        "deep",
    ),
    "no range": (timeline('{"OTIO_SCHEMA": "Clip.2", "name": "shot 9", "media_references": {}}'), "shot 9"),
}


def refused(path: Path, **options: Any) -> str:
    """The sentence with which reading a file is refused."""
    with pytest.raises(InputRefused) as caught:
        read_timeline(path, **options)
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    assert len(text) < 900
    return text


@pytest.mark.parametrize("name", list(BAD_OTIO))
def test_bad_otio_is_refused(tmp_path: Path, name: str) -> None:
    """Broken JSON gives line and column; what is no timeline says so; deep nesting does not crash."""
    text, expected = BAD_OTIO[name]
    path = tmp_path / "bad.otio"
    path.write_text(text)
    assert expected in refused(path)


@pytest.mark.parametrize("suffix", list(TIMELINES))
def test_missing_and_empty_files_of_every_format(tmp_path: Path, suffix: str) -> None:
    """The file is named."""
    gone, empty = tmp_path / f"gone{suffix}", tmp_path / f"empty{suffix}"
    empty.write_bytes(b"")
    for path in (gone, empty):
        assert str(path) in refused(path)


@pytest.mark.parametrize("suffix", list(TIMELINES))
@pytest.mark.parametrize("content", [bytes(4096), os.urandom(4096), b"just text\n" * 50, b"<html></html>", b"{}"])
def test_rubbish_of_every_format(tmp_path: Path, suffix: str, content: bytes) -> None:
    """Whatever a file with our suffix holds, it is refused by name."""
    path = tmp_path / f"rubbish{suffix}"
    path.write_bytes(content)
    assert str(path) in refused(path)


@pytest.mark.parametrize(
    ("root", "said"),
    [
        ("<fcpxml version='1.9'/>", "FCPXML"),
        ("<mlt/>", "MLT"),
        ("<project/>", "another kind"),
        ("<xmeml version='4'/>", "no sequence"),
    ],
)
def test_xml_of_another_program_is_refused_by_name(tmp_path: Path, root: str, said: str) -> None:
    """An .xml tells what it is by its root."""
    path = tmp_path / "edit.xml"
    path.write_text(root)
    assert said in refused(path)


def test_broken_xml_says_where(tmp_path: Path) -> None:
    """Line and column."""
    path = tmp_path / "edit.xml"
    path.write_text("<xmeml>\n<sequence>\n</xmeml>")
    assert "line 3" in refused(path)


def test_xml_entities_are_not_expanded(tmp_path: Path) -> None:
    """Neither a secret file nor a billion laughs come in by an entity."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    path = tmp_path / "edit.xml"
    rate = "<rate><timebase>24</timebase></rate>"
    body = f"<sequence><name>&x;</name>{rate}<media><video><track/></video></media></sequence>"
    path.write_text(f'<!DOCTYPE xmeml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><xmeml version="4">{body}</xmeml>')
    assert "SECRET" not in refused(path)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    path.write_text(
        f'<!DOCTYPE xmeml [<!ENTITY l0 "ha">{laughs}]><xmeml version="4">{body.replace("x;", "l11;")}</xmeml>'
    )
    assert str(path) in refused(path)


def test_a_sequence_inside_itself_is_refused(tmp_path: Path) -> None:
    """A circle of nested sequences ends with a sentence."""
    item = "<clipitem><name>n</name><start>0</start><end>10</end><in>0</in><out>10</out><sequence id='s'/></clipitem>"
    rate = "<rate><timebase>24</timebase></rate>"
    inner = f"<sequence id='s'><name>s</name>{rate}<media><video><track>{item}</track></video></media></sequence>"
    outer = item.replace("<sequence id='s'/>", inner)
    path = tmp_path / "edit.xml"
    path.write_text(
        f"<xmeml version='4'><sequence id='m'><name>m</name>{rate}"
        f"<media><video><track>{outer}</track></video></media></sequence></xmeml>"
    )
    assert "circle" in refused(path)


def test_broken_edls_name_the_line(tmp_path: Path) -> None:
    """An event without its timecodes, a timecode that is none, a record that runs backwards."""
    path = tmp_path / "edit.edl"
    good = "001  R  V  C  00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
    for bad, said in (
        ("002  R  V  C  00:00:00:00 00:00:01:00 01:00:01:00\n", "line 3"),
        ("002  R  V  C  00:00:00:00 00:61:01:00 01:00:01:00 01:00:02:00\n", "line 3"),
        ("002  R  V  C  00:00:00:00 00:00:01:00 01:00:02:00 01:00:01:00\n", "line 3"),
    ):
        path.write_text("TITLE: t\n" + good + bad)
        assert said in refused(path)


def test_bundles_that_lead_out_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names with ".." or a root never leave the cache folder."""
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path / "cache")
    for evil in ("../evil.mov", "media/../../evil.mov", "/evil.mov"):
        reference = f'{{"DEFAULT_MEDIA": {{"OTIO_SCHEMA": "ExternalReference.1", "target_url": "{evil}"}}}}'
        content = timeline(clip(24).replace('"media_references": {}', f'"media_references": {reference}'))
        path = tmp_path / "b.otioz"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("content.otio", content)
            archive.writestr(evil, b"evil")
        assert "leads out" in refused(path)
    assert not list(tmp_path.rglob("evil*"))


def test_bundles_without_content_or_broken(tmp_path: Path) -> None:
    """A zip of something else, a cut-off zip, a folder without a timeline."""
    path = tmp_path / "b.otioz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "x" * 5000)
    assert "content.otio" in refused(path)
    path.write_bytes(path.read_bytes()[:-30])
    assert "no whole" in refused(path)
    (tmp_path / "d.otiod").mkdir()
    assert "content.otio" in refused(tmp_path / "d.otiod")


def test_what_is_neither_timeline_nor_video(tmp_path: Path) -> None:
    """The formats that are read are listed; a folder is a folder; nothing is nothing."""
    path = tmp_path / "notes.txt"
    path.write_text("hello\n" * 100)
    with pytest.raises(InputRefused, match="neither a timeline nor a video"):
        read_cut([path])
    with pytest.raises(InputRefused, match="is a folder"):
        read_cut([tmp_path])
    with pytest.raises(InputRefused, match="Nothing to read"):
        read_cut([])
    with pytest.raises(InputRefused, match="must come alone"):
        read_cut([tmp_path / "a.otio", tmp_path / "b.mp4"])


def test_without_the_aaf_extra_the_pip_line_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with what to install."""
    import sys

    monkeypatch.setitem(sys.modules, "aaf2", None)
    path = tmp_path / "a.aaf"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert 'pip install "cutscore[aaf]"' in refused(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    """No permission is said as such."""
    path = tmp_path / "t.otio"
    path.write_text(timeline(clip(24)))
    path.chmod(0)
    assert "permission" in refused(path)


@pytest.mark.parametrize("suffix", [*TIMELINES, ".mp4", ".txt"])
def test_a_file_in_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """Even asking for the file fails there; the sentence says why."""
    path = tmp_path / f"locked{suffix}"

    def denied(self: Path, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(InputRefused, match="Permission denied"):
        read_cut([path])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
SCHEMAS = ["Timeline.1", "Stack.1", "Track.1", "Clip.2", "Clip.1", "Gap.1", "Transition.1", "Marker.3", "TimeRange.1"]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Timelines with any field replaced by anything never raise another error."""
    import json

    tree = json.loads(timeline(f"{clip(24)}, {clip(12)}"))
    spots: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        for key, value in item.items() if isinstance(item, dict) else enumerate(item):
            spots.append((item, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(st.sampled_from(SCHEMAS) if key == "OTIO_SCHEMA" else JSON)
    path = tmp_path_factory.mktemp("any") / "any.otio"
    path.write_text(json.dumps(tree))
    with suppress(InputRefused):
        assert read_timeline(path).duration > 0


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_damage_to_an_edl_or_xml_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes cut out of and put into real-looking files never raise another error."""
    edl = (
        "TITLE: t\nFCM: NON-DROP FRAME\n001  AX  V  C  00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n"
        "M2 AX 012.0 00:00:00:00\n* FROM CLIP NAME: a.mov\n"
        "002  BL  B  D 010 00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00\n"
        "* LOC: 01:00:00:10 RED note\n"
    )
    xml = (
        "<xmeml version='4'><sequence id='m'><name>m</name><rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate><media>"
        "<video><track><clipitem><name>n</name><start>0</start><end>-1</end><in>0</in><out>10</out></clipitem>"
        "<transitionitem><start>5</start><end>10</end><alignment>center</alignment></transitionitem>"
        "<clipitem><name>o</name><start>-1</start><end>20</end><in>0</in><out>10</out></clipitem>"
        "</track></video></media></sequence></xmeml>"
    )
    suffix, text = data.draw(st.sampled_from([(".edl", edl), (".xml", xml)]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    put = data.draw(st.text(alphabet="0123456789:;-<>/ CDVAK\n\té", max_size=6))
    path = tmp_path_factory.mktemp("any") / f"any{suffix}"
    path.write_text(text[:start] + put + text[end:], encoding="utf-8")
    with suppress(InputRefused):
        cut = read_timeline(path)
        assert cut.duration == cut.spans[-1].record_out
