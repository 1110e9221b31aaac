"""Edges that projects in XML and edit lists share: paths of any system, versions, locks, many tracks, faults."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.placers import PlacedMusic, place
from cutscore.placers.fcp7_project import Fcp7Project
from cutscore.placers.media_url import local_path, media_url
from cutscore.readers import read_timeline
from cutscore_composer.errors import InputRefused, OutputFailed
from support.fcpxml import clip, document
from support.xml_trees import flat, tree_of

Make = Callable[..., PlacedMusic]

FCP7 = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE xmeml>\n<xmeml version='{version}'><sequence id='q'>"
    "<name>q</name><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video>{tracks}</video></media>"
    "</sequence></xmeml>"
)
TRACK = (
    "<track><clipitem id='c{n}'><name>s{n}</name><start>0</start><end>144</end><in>0</in><out>144</out>"
    "<file id='f{n}'><pathurl>file:///gone/{n}.mov</pathurl></file></clipitem></track>"
)
EDL = "TITLE: x\n001  R        V     C        00:00:00:00 00:00:06:00 01:00:00:00 01:00:06:00\n"


def projects(version: str = "5", tracks: int = 1) -> dict[str, str]:
    """A project of six seconds at 24 frames a second in each format, by the suffix of its file."""
    lanes = "".join(clip("b", 0, 6, more=f"lane='{n}'") for n in range(1, tracks))
    return {
        ".xml": FCP7.format(version=version, tracks="".join(TRACK.format(n=n) for n in range(tracks))),
        ".fcpxml": document(clip("a", 0, 6, inside=lanes), version="1.10"),
        ".edl": EDL,
    }


@pytest.fixture(params=[".xml", ".fcpxml", ".edl"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A small project of one format."""
    path = tmp_path / f"edit{request.param}"
    path.write_text(projects()[request.param], encoding="utf-8")
    return path


def ours(path: Path) -> list[tuple[int, int, Path | None]]:
    """Where our clips lie, as our reader reads them; a stereo pair counts once."""
    sounds = (clip for track in read_timeline(path, rate=None).sounds if track.ours for clip in track.clips)
    return sorted({(clip.record_in, clip.record_out, clip.media) for clip in sounds})


@pytest.mark.parametrize(
    "name", ["a b", "50%", "100%25", "#1", "a&b", "Größe", "音楽", "it's [x]", 'say "x"', "semi;colon"]
)
def test_folders_of_any_name(project: Path, tmp_path: Path, make_music: Make, name: str) -> None:
    """Project and music lie in a folder with such a name: what is written is found again as the very file."""
    folder = tmp_path / name
    folder.mkdir()
    moved = project.rename(folder / f"{name}{project.suffix}")
    music = make_music(48, Fraction(24), record_in=12, folder=folder / "out", name=f"{name}.wav")
    placed = place(music, moved, output_folder=folder / "out")
    assert [(12, 60, music.audio)] == ours(placed.project)
    assert not place(music, moved, output_folder=folder / "out").changed


def test_a_project_that_cannot_be_written_is_refused(project: Path, tmp_path: Path, make_music: Make) -> None:
    """Read-only, as a program that holds it makes it: one sentence, and nothing is left behind."""
    music = make_music(48, Fraction(24))
    project.chmod(0o444)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OutputFailed, match="read-only"):
        place(music, project, output_folder=tmp_path / "out", in_place=True)
    assert before == sorted(tmp_path.iterdir())


def test_a_project_that_changed_since_it_was_read_is_refused(project: Path, tmp_path: Path, make_music: Make) -> None:
    """Music was made for another edit; but music that Cutscore itself laid meanwhile is no change."""
    music = make_music(48, Fraction(24), record_in=12)
    cut = read_timeline(project)
    first = make_music(24, Fraction(24), level=2, name="two.wav", record_in=80)
    place(first, project, output_folder=tmp_path, in_place=True, expected_sha256=cut.source_sha256)
    place(music, project, output_folder=tmp_path, in_place=True, expected_sha256=cut.source_sha256)
    assert [(12, 60), (80, 104)] == [clip[:2] for clip in ours(project)]
    text = project.read_text(encoding="utf-8")
    project.write_text(
        text.replace("s0", "other").replace("'a'", "'c'").replace("001  R ", "001  Q "), encoding="utf-8"
    )
    with pytest.raises(InputRefused, match="was changed since it was read"):
        place(music, project, output_folder=tmp_path, in_place=True, expected_sha256=cut.source_sha256)


def test_the_users_work_in_the_scored_file_is_built_on(project: Path, tmp_path: Path, make_music: Make) -> None:
    """He went on in NAME.scored: it is kept and gets the music; with the original edited too, a next one is made."""
    out = tmp_path / "out"
    place(make_music(48, Fraction(24), record_in=12), project, output_folder=out)
    scored = out / f"edit.scored{project.suffix}"

    def edit(path: Path, mark: str) -> None:
        text = path.read_text(encoding="utf-8")
        for old in ("<name>s0", "name='a", "TITLE: x"):
            text = text.replace(old, old + mark)
        path.write_text(text, encoding="utf-8")

    edit(scored, "mine")
    second = make_music(48, Fraction(24), level=2, name="two.wav", record_in=12)
    placed = place(second, project, output_folder=out)
    assert placed.project == scored
    assert placed.kept_copy is not None
    assert "mine" in scored.read_text(encoding="utf-8")
    assert ["two.wav"] == [media.name for _, _, media in ours(scored) if media]
    edit(scored, "again")
    edit(project, "new")
    before = scored.read_bytes()
    third = place(make_music(48, Fraction(24), level=3, name="three.wav", record_in=12), project, output_folder=out)
    assert third.project == out / f"edit.scored.2{project.suffix}"
    assert before == scored.read_bytes()
    assert any("left alone" in warning for warning in third.warnings)


@pytest.mark.parametrize("suffix", [".xml", ".fcpxml"])
def test_twelve_video_tracks(suffix: str, tmp_path: Path, make_music: Make) -> None:
    """As many tracks or lanes as any edit has: none is touched."""
    path = tmp_path / f"edit{suffix}"
    path.write_text(projects(tracks=12)[suffix], encoding="utf-8")
    placed = place(make_music(48, Fraction(24), record_in=12), path, output_folder=tmp_path / "out")
    before, after = read_timeline(path), read_timeline(placed.project)
    assert (before.spans, before.track_names) == (after.spans, after.track_names)
    assert before.tracks.video == after.tracks.video == 12


def test_a_newer_xmeml_is_placed_into_and_said(tmp_path: Path, make_music: Make) -> None:
    """A version that nobody knows yet gets one warning."""
    path = tmp_path / "edit.xml"
    path.write_text(projects(version="6")[".xml"], encoding="utf-8")
    placed = place(make_music(48, Fraction(24)), path, output_folder=tmp_path / "out")
    assert ("xmeml 6 is newer than what is known (1 to 5); compare the result.",) == placed.warnings


@pytest.mark.parametrize(
    ("path", "url"),
    [
        (PurePosixPath("/films/a b#1.wav"), "file://localhost/films/a%20b%231.wav"),
        (PureWindowsPath(r"C:\Users\Jo\a b.wav"), "file://localhost/C:/Users/Jo/a%20b.wav"),
        (PureWindowsPath(r"\\NAS\share\Müsik\a.wav"), "file://NAS/share/M%C3%BCsik/a.wav"),
    ],
)
@pytest.mark.parametrize("premiere", [False, True])
def test_paths_of_other_systems_as_premiere_writes_them(path: Any, url: str, premiere: bool) -> None:
    """Windows drives and shares: with the host that Premiere names, its colon escaped where the file does so."""
    data = b"<pathurl>file://localhost/D%3a/x.mov</pathurl>" if premiere else b""
    stub: Any = SimpleNamespace(xml=SimpleNamespace(data=data))
    spelled = Fcp7Project.spelled(stub, media_url(path, path.parent, "absolute url"))
    assert spelled == (url.replace("C:", "C%3a") if premiere else url)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a%20b/c.wav", "/a b/c.wav"),
        ("file://localhost/a/c.wav", "/a/c.wav"),
        ("/a/b.wav", "/a/b.wav"),
        ("file://NAS/share/c.wav", None),
        ("//NAS/share/c.wav", None),
        ("https://x/y.wav", None),
        ("a/b.wav", None),
        ("", None),
    ],
)
def test_only_files_of_this_machine_are_looked_at(url: str, path: str | None) -> None:
    """Names in a project that nobody vouches for open no network path."""
    assert (None if path is None else Path(path)) == local_path(url)


RATES = [(24, "TRUE"), (25, "FALSE"), (30, "TRUE"), (60, "TRUE"), (50, "FALSE")]


@st.composite
def sequences(draw: st.DrawFn) -> tuple[str, Fraction, int]:
    """A random sequence as text, its rate and its length: tracks of either kind, gaps, pairs, odd layout."""
    base, ntsc = draw(st.sampled_from(RATES))
    rate = f"<rate><timebase>{base}</timebase><ntsc>{ntsc}</ntsc></rate>"
    number, longest = 0, 1

    def track(kind: str, more: str) -> str:
        nonlocal number, longest
        at, items = 0, ""
        for frames in draw(st.lists(st.integers(1, 80), max_size=3)):
            at += draw(st.integers(0, 40))
            number += 1
            items += (
                f"<clipitem id='c{number}'><name>n{number}</name><duration>900</duration>{rate}<start>{at}</start>"
                f"<end>{at + frames}</end><in>5</in><out>{5 + frames}</out><file id='f{number}'><pathurl>file:///gone/"
                f"{number}.mov</pathurl>{rate}<duration>900</duration></file></clipitem>"
            )
            at += frames
            longest = max(longest, at)
        tail = draw(st.sampled_from(["", "<enabled>TRUE</enabled>", "<enabled>TRUE</enabled><locked>TRUE</locked>"]))
        return f"<track {more}>{items}{tail}</track>" if items or tail else f"<track {more}/>"

    video = "".join(track("video", "") for _ in range(draw(st.integers(1, 3))))
    more = draw(st.sampled_from(["", "MZ.TrackName='A &amp; B'", 'premiereTrackType="Mono"']))
    sound = "".join(track("audio", more) for _ in range(draw(st.integers(0, 3))))
    audio = draw(st.sampled_from([f"<audio>{sound}</audio>", f"<audio><format/>{sound}</audio>"]))
    if not sound:
        audio = draw(st.sampled_from(["", "<audio/>", "<audio></audio>", "<audio> </audio>"]))
    text = (
        f"<?xml version='1.0'?><!DOCTYPE xmeml><xmeml version='4'><!-- c --><sequence id='q'><name>q</name>{rate}"
        f"<timecode>{rate}<frame>{draw(st.integers(0, 10**6))}</frame></timecode><media><video>{video}</video>{audio}"
        "</media></sequence></xmeml>"
    )
    if draw(st.booleans()):
        root = Tree.fromstring(text)
        Tree.indent(root, draw(st.sampled_from(["\t", "  "])))
        text = Tree.tostring(root, encoding="unicode")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return text, Fraction(base) * (Fraction(1000, 1001) if ntsc == "TRUE" else 1), longest


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=sequences(), data=st.data())
def test_in_any_sequence_it_lies_where_it_should(
    tmp_path_factory: pytest.TempPathFactory,
    make_music: Make,
    sequence: tuple[str, Fraction, int],
    data: st.DataObject,
) -> None:
    """Whatever the sequence: the music is on its frame, the rest is the same tree, and a second run is quiet."""
    text, rate, length = sequence
    folder = tmp_path_factory.mktemp("edit")
    path = folder / "edit.xml"
    path.write_bytes(text.encode())
    try:
        read_timeline(path)
    except InputRefused:
        return  # a sequence without any length
    at, frames = data.draw(st.integers(0, length - 1)), data.draw(st.integers(1, 90))
    placed = place(make_music(frames, rate, record_in=at, folder=folder), path, output_folder=folder)
    assert [(at, at + frames)] == [clip[:2] for clip in ours(placed.project)]
    root = tree_of(placed.project)
    for media in root.iter("media"):
        for audio in media.findall("audio"):
            for track in [t for t in audio.findall("track") if t.get("Cutscore.Role")]:
                audio.remove(track)
            if audio.get("Cutscore.Added"):
                media.remove(audio)
    assert list(flat(tree_of(path))) == list(flat(root))
    second = make_music(frames, rate, level=2, name="two.wav", record_in=at, folder=folder)
    again = place(second, path, output_folder=folder)
    assert (again.project, again.warnings) == (placed.project, ())
    assert [(at, at + frames)] == [clip[:2] for clip in ours(again.project)]
