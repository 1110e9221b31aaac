"""Results: names that every system takes, versions that never collide, delivery of all files or none."""

from __future__ import annotations

import json
import os
import threading
import unicodedata
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.hashing import sha256_of
from cutscore.placers.names import scored_name
from cutscore.results import LONGEST_NAME_BYTES, SCRATCH, ResultFolder, base_name, output_folder, safe_name
from cutscore_composer.errors import OutputFailed
from cutscore_composer.picture import Picture

NAMES = [
    ("film", "film"),
    ("Größe – 日本語 🎬", "Größe – 日本語 🎬"),
    ("a/b\\c:d*e?f\"g<h>i|j", "a_b_c_d_e_f_g_h_i_j"),
    ("../../etc/passwd", "_.._etc_passwd"),
    ("con", "_con"),
    ("LPT1.final", "_LPT1.final"),
    ("console", "console"),
    (" .hidden. ", "hidden"),
    ("", "music"),
    ("...", "music"),
    ("tab\tnew\nline\0", "tab_new_line_"),
    ("u\u0308ber", "über"),
    ("right\u202eot-left", "rightot-left"),
    ("broken\udce4name", "broken_name"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), NAMES)
def test_names_are_kept_as_far_as_every_system_takes_them(name: str, wanted: str) -> None:
    """Letters of all scripts stay; signs, reserved words and direction marks do not."""
    assert safe_name(name) == wanted


@given(st.text(max_size=400))
def test_any_name_can_be_made_a_file(name: str) -> None:
    """Never empty, never too long, no separators, no trailing dot or blank, composed; safe twice is safe once."""
    made = safe_name(name)
    assert 0 < len(made.encode()) <= LONGEST_NAME_BYTES + 1
    assert not set(made) & set('<>:"/\\|?*\0\n')
    assert made == made.strip(" .")
    assert made == unicodedata.normalize("NFC", made)
    assert Path(made).name == made
    assert safe_name(made) == made


def test_the_base_holds_the_start_timecode() -> None:
    """Drop-frame's semicolon and all colons become hyphens."""
    picture = Picture("x", Fraction(30000, 1001), 100, (), start_frame=1800, drop_frame=True)
    assert base_name("film", picture) == "film_00-01-00-02"


def file(folder: Path, text: str) -> Path:
    path = folder / f"made {text}"
    path.write_text(text)
    return path


def test_versions_count_up_from_whatever_is_there(tmp_path: Path) -> None:
    """Any file of a version takes its number, also one of a user, in any case and composition; other names do not."""
    results = ResultFolder(tmp_path)
    assert results.next_version("füm_00") == 1
    (tmp_path / unicodedata.normalize("NFD", "FÜM_00_v3_take2.WAV")).touch()
    (tmp_path / "füm_00_v10.mid.bak").touch()
    (tmp_path / "füm_00_v99x.wav").touch()
    (tmp_path / "other_füm_00_v77.wav").touch()
    assert results.next_version("füm_00") == 11


def test_files_get_their_names_together(tmp_path: Path) -> None:
    """All under one stem, and the scratch folder is gone."""
    results = ResultFolder(tmp_path / "out")
    results.prepare()
    with results.slot("film", None, 2) as slot:
        assert slot.scratch.name == f"{SCRATCH}film_v1_take2"
        done = results.deliver(slot, [(file(slot.scratch, "a"), ".wav"), (file(slot.scratch, "b"), ".cue.json")])
    assert [path.name for path in done] == ["film_v1_take2.wav", "film_v1_take2.cue.json"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in done)


def test_what_appears_meanwhile_is_not_overwritten_and_nothing_of_ours_stays(tmp_path: Path) -> None:
    """A file of that name written by somebody else in between: OutputFailed, his stays, ours go."""
    results = ResultFolder(tmp_path)
    with results.slot("film", None, None) as slot:
        (tmp_path / "film_v1.mid").write_text("his")
        with pytest.raises(OutputFailed, match="appeared"):
            results.deliver(slot, [(file(slot.scratch, "a"), ".wav"), (file(slot.scratch, "b"), ".mid")])
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("film_v1.mid", "his")]


def test_runs_at_once_get_different_versions(tmp_path: Path) -> None:
    """Eight slots held at the same time: eight numbers."""
    results = ResultFolder(tmp_path)
    stems: list[str] = []
    barrier = threading.Barrier(8)

    def hold() -> None:
        with results.slot("film", 1, None) as slot:
            stems.append(slot.stem)
            barrier.wait(timeout=30)

    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stems) == [f"film_v{number}" for number in range(1, 9)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a dead run is only known by the age of its folder")
def test_scratch_folders_of_dead_runs_are_cleared(tmp_path: Path) -> None:
    """A killed run's folder goes when its process is gone; a living run's stays."""
    results = ResultFolder(tmp_path)
    with results.slot("film", None, None) as alive:
        dead = tmp_path / f"{SCRATCH}film_v7"
        dead.mkdir()
        owner = (alive.scratch / "owner").read_text()
        machine, _, rest = owner.split("|")
        (dead / "owner").write_text(f"{machine}|4194999|{rest}")
        results.prepare()
        assert [path.name for path in tmp_path.iterdir()] == [alive.scratch.name]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a dead run is only known by the age of its folder")
@pytest.mark.parametrize("whole", [True, False])
def test_what_a_dead_run_had_delivered_of_a_piece_goes_unless_it_is_whole(whole: bool, tmp_path: Path) -> None:
    """Killed between two names: its files go, and the next run has the same version; what others put there stays."""
    results = ResultFolder(tmp_path)
    (tmp_path / "film_v7.notes.txt").write_text("mine")
    os.utime(tmp_path / "film_v7.notes.txt", ns=(1, 1))
    with results.slot("film", None, None) as alive:
        owner = (alive.scratch / "owner").read_text()
    dead = tmp_path / f"{SCRATCH}film_v7"
    dead.mkdir()
    machine, _, rest = owner.split("|")
    (dead / "owner").write_text(f"{machine}|4194999|{rest}")
    names = ["film_v7.cue.json", "film_v7.wav", *(["film_v7.rights.json"] if whole else [])]
    for name in names:
        (tmp_path / name).write_text("made")
    results.prepare()
    left = sorted(path.name for path in tmp_path.iterdir())
    assert sorted([*(names if whole else []), "film_v7.notes.txt"]) == left
    assert results.next_version("film") == 8


def delivered(folder: Path, key: str, version: int) -> Path:
    stem = f"film_v{version}"
    audio = folder / f"{stem}.wav"
    audio.write_text(f"music {version}")
    rights = folder / f"{stem}.rights.json"
    rights.write_text(json.dumps({"ledger_key": key, "files": {audio.name: {"sha256": sha256_of(audio)}}}))
    return rights


def test_a_piece_is_found_by_its_key_when_all_its_files_are_unchanged(tmp_path: Path) -> None:
    """The newest whole one; a changed or missing file, another key, or rights that are none do not count."""
    results = ResultFolder(tmp_path)
    assert results.find("film", "k") is None
    first = delivered(tmp_path, "k", 1)
    second = delivered(tmp_path, "k", 2)
    delivered(tmp_path, "other", 3)
    (tmp_path / "film_v4.rights.json").write_text("[1")
    (tmp_path / "film_v5.rights.json").write_text('{"ledger_key": "k", "files": {"../x": {"sha256": 1}}}')
    found = results.find("film", "k")
    assert found is not None
    assert found[0] == second
    (tmp_path / "film_v2.wav").write_text("changed")
    found = results.find("film", "k")
    assert found is not None
    assert found[0] == first
    (tmp_path / "film_v1.wav").unlink()
    assert results.find("film", "k") is None


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    """A file in the way."""
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputFailed, match=r"output folder .*out"):
        ResultFolder(tmp_path / "out").prepare()


@given(
    stem=st.binary(min_size=1, max_size=251).filter(lambda raw: not set(raw) & {0, 0x2F} and raw not in (b".", b".."))
)
def test_every_name_that_a_film_may_have_leads_to_names_that_files_may_have(stem: bytes) -> None:
    """Folder and scored project have at most 255 bytes, whatever bytes and however long the film's name is."""
    film = Path("/films") / os.fsdecode(stem + b".mp4")
    folder = output_folder([film])
    assert Path("/films") == folder.parent
    assert len(os.fsencode(folder.name)) <= 255
    assert len(os.fsencode(scored_name(film, ".otio"))) <= 255 - len(".before-cutscore-100")


def test_long_names_that_begin_alike_have_folders_of_their_own() -> None:
    """Two films whose names differ at their ends only."""
    one, other = (output_folder([Path(f"/films/{'n' * 245}{end}.mp4")]) for end in ("a", "b"))
    assert one != other
