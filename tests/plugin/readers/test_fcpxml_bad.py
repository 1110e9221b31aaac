"""FCPXML that is broken, hostile or of another kind: one sentence, never a traceback, nothing silently wrong."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.readers import read_timeline
from cutscore_composer.errors import InputRefused
from support.fcpxml import asset, clip, document


def refused(folder: Path, text: str) -> str:
    """The sentence with which a file is refused."""
    path = folder / "edit.fcpxml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused) as caught:
        read_timeline(path)
    said = str(caught.value)
    assert str(path) in said
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version='1.11'", "", "names no version"),
        ("version='1.11'", "version='1.2'", "FCPXML 1.2"),
        ("version='1.11'", "version='2.0'", "FCPXML 2.0"),
        ("format='f24'><spine>", "format='gone'><spine>", "no frame rate"),
        ("frameDuration='100/2400s'", "frameDuration='100/0s'", "no time"),
        ("frameDuration='100/2400s'", "frameDuration='1000s'", "no rate"),
        ("<project name='p'>", "<projekt>", "broken XML"),
        ("offset='0s'", "offset='zero'", "'zero' as offset"),
        ("duration='2s'", "duration='-2s'", "negative duration"),
        ("duration='2s'", "duration='99999999999999s'", "no time"),
        ("duration='2s'", "duration='0s'", "without any length"),
        ("offset='0s'", "offset='0s' lane='up'", "no lane"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each with what is wrong."""
    text = document(clip("a", 0, 2))
    assert old in text
    assert said in refused(tmp_path, text.replace(old, new, 1) if "duration" not in old else text.replace(old, new))


def test_clips_without_a_project_are_refused(tmp_path: Path) -> None:
    """An event library, and resources alone."""
    event = (
        f"<fcpxml version='1.11'><resources>{asset('a')}</resources><event name='e'>{clip('a', 0, 2)}</event></fcpxml>"
    )
    assert "event of 1 items and no project" in refused(tmp_path, event)
    assert "no project" in refused(tmp_path, "<fcpxml version='1.11'/>")


def test_other_xml_under_this_name(tmp_path: Path) -> None:
    """It is told what it is."""
    assert "Final Cut Pro 7" in refused(tmp_path, "<xmeml version='4'/>")


@pytest.mark.parametrize("version", ["1.4", "1.7", "1.14"])
def test_versions_beside_the_known_are_read_and_said(tmp_path: Path, version: str) -> None:
    """Older ones from 1.4, and newer ones."""
    path = tmp_path / "edit.fcpxml"
    path.write_text(document(clip("a", 0, 2), version=version))
    cut = read_timeline(path)
    assert 48 == cut.duration
    assert any(f"FCPXML {version}" in warning for warning in cut.warnings)


@pytest.mark.parametrize("version", ["1.8", "1.9", "1.10", "1.11", "1.12", "1.13"])
def test_known_versions_need_no_word(tmp_path: Path, version: str) -> None:
    """1.8 to 1.13."""
    path = tmp_path / "edit.fcpxml"
    path.write_text(document(clip("a", 0, 2), version=version))
    assert not any("FCPXML" in warning for warning in read_timeline(path).warnings)


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """Neither a secret file nor a billion laughs come in by an entity."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    text = document("<title name='t' offset='0s' duration='1s'><note>&x;</note></title>")
    outside = text.replace("<!DOCTYPE fcpxml>", f'<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "{secret.as_uri()}">]>')
    path = tmp_path / "edit.fcpxml"
    path.write_text(outside)
    assert "SECRET" not in repr(read_timeline(path))
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE fcpxml [<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l11;">]>'
    path.write_text(text.replace("<!DOCTYPE fcpxml>", bomb).replace("name='t'", "name='&x;'"))
    begun = time.monotonic()
    with pytest.raises(InputRefused):
        read_timeline(path)
    assert time.monotonic() - begun < 10


def test_compounds_in_a_circle_and_multiplied_are_refused(tmp_path: Path) -> None:
    """A compound that holds itself; and twenty levels of ten each."""
    use = "<ref-clip ref='{}' offset='{}s' duration='1s'/>"
    body = "<media id='{}'><sequence format='f24'><spine>{}</spine></sequence></media>"
    circle = body.format("m", use.format("m", 0))
    assert "circle" in refused(tmp_path, document(use.format("m", 0), asset("a") + circle))


def test_many_uses_of_compounds_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten of ten of ten … are counted, not opened without end."""
    from cutscore.readers import fcpxml_story

    monkeypatch.setattr(fcpxml_story, "MAX_ITEMS", 2000)
    use = "<ref-clip ref='m{}' offset='{}s' duration='1s'/>"
    media = asset("a") + f"<media id='m0'><sequence format='f24'><spine>{clip('a', 0, 1)}</spine></sequence></media>"
    for level in range(1, 12):
        uses = "".join(use.format(level - 1, at) for at in range(10))
        media += f"<media id='m{level}'><sequence format='f24'><spine>{uses}</spine></sequence></media>"
    assert "more than 2000 clips" in refused(tmp_path, document(use.format(11, 0), media))


def test_deep_nesting_of_connected_clips_is_refused(tmp_path: Path) -> None:
    """Each clip connected to the one before."""
    story = ""
    for _ in range(60):
        story = clip("a", 0, 1, 0, story, "lane='1'")
    assert "deep" in refused(tmp_path, document(clip("a", 0, 1, 0, story)))


def test_missing_resources_are_said(tmp_path: Path) -> None:
    """An asset, a compound, a multicam and an angle that are not in the file."""
    story = (
        clip("gone", 0, 1)
        + "<ref-clip ref='gone' name='compound' offset='1s' duration='1s'/>"
        + "<mc-clip ref='gone' name='multicam' offset='2s' duration='1s'/>"
        + "<mc-clip ref='m' name='angle' offset='3s' duration='1s'><mc-source angleID='Z'/></mc-clip>"
    )
    angles = (
        f"<media id='m'><multicam format='f24'><mc-angle angleID='A'>{clip('a', 0, 9)}</mc-angle></multicam></media>"
    )
    path = tmp_path / "edit.fcpxml"
    path.write_text(document(story, asset("a") + angles))
    cut = read_timeline(path)
    assert (96, ["missing", "gap"]) == (cut.duration, [span.kind for span in cut.spans])
    for word in ("'gone'", "'compound'", "'multicam'", "'angle'"):
        assert any(word in warning for warning in cut.warnings), word


def test_bundles_that_are_none(tmp_path: Path) -> None:
    """A folder without Info.fcpxml, a zip, nothing."""
    folder, zipped = tmp_path / "a.fcpxmld", tmp_path / "b.fcpxmld"
    folder.mkdir()
    zipped.write_bytes(b"PK\x03\x04" + bytes(100))
    for path, said in ((folder, "holds no Info"), (zipped, "a folder that holds"), (tmp_path / "c.fcpxmld", "exist")):
        with pytest.raises(InputRefused, match=said):
            read_timeline(path)


MAP = "<timeMap><timept time='0s' value='0s'/><timept time='9s' value='3s'/></timeMap>"
RETIMED = f"<conform-rate srcFrameRate='25'/>{MAP}"
WHOLE = document(
    "<transition name='D' offset='0s' duration='1s'/>"
    + clip("a", 0, 4, 1, RETIMED + clip("b", 2, 2, 0, more="lane='1'") + "<marker start='2s' value='m'/>")
    + "<ref-clip ref='m' offset='4s' start='1s' duration='2s' enabled='1'/><gap offset='6s' duration='1s'/>"
    + "<audition offset='7s'><asset-clip ref='c' duration='1s'/></audition>",
    "".join(asset(name) for name in "abc")
    + f"<media id='m'><sequence format='f25' tcStart='1s'><spine>{clip('a', 1, 3)}</spine></sequence></media>",
    "format='f24' tcStart='0s' tcFormat='NDF' duration='8s'",
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_damage_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Bytes cut out of and put into a whole project never raise another error."""
    start = data.draw(st.integers(150, len(WHOLE)))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 12)))
    put = data.draw(st.text(alphabet="0123456789/-s.'<> abcmr\n\té", max_size=6))
    path = tmp_path_factory.mktemp("any") / "any.fcpxml"
    path.write_text(WHOLE[:start] + put + WHOLE[end:], encoding="utf-8")
    with suppress(InputRefused):
        cut = read_timeline(path)
        assert cut.duration == cut.spans[-1].record_out
