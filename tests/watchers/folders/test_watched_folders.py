"""Watched folders over time: what was there before, restarts, drives that go and come, lost hints, subfolders."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import pytest

from cutscore_watchers.finished import Verdict
from cutscore_watchers.folders.pacing import Clock, Pace
from support.watching import WHOLE, FakeJobs, HandClock, Watching


def watching(tmp_path: Path, jobs: FakeJobs | None = None, **more: object) -> Watching:
    (tmp_path / "in").mkdir(exist_ok=True)
    return Watching(tmp_path / "in", tmp_path / "m.sqlite", jobs, look=lambda _: WHOLE, **more)  # type: ignore[arg-type]


def drop(folder: Path, *names: str, content: bytes = b"x") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


# What was there before


def test_films_that_were_there_before_get_music_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By default; how many, and how to leave them alone, is said in the log."""
    drop(tmp_path / "in", "a.mp4", "b.mp4")
    caplog.set_level(logging.INFO)
    watched = watching(tmp_path)
    watched.run(5)
    assert ["a.mp4", "b.mp4"] == sorted(watched.jobs.names)
    assert "2 films were in" in caplog.text
    assert "existing: ignore" in caplog.text


def test_films_that_were_there_before_can_be_left_alone_but_later_ones_never(tmp_path: Path) -> None:
    """`existing: ignore` counts for the first time only: what comes while nothing watches is done at the next start."""
    drop(tmp_path / "in", "old.mp4")
    first = watching(tmp_path, existing="ignore")
    first.run(60, by=5)
    assert [] == first.jobs.names
    drop(tmp_path / "in", "meanwhile.mp4")
    again = watching(tmp_path, first.jobs, existing="ignore")
    again.run(60, by=5)
    assert ["meanwhile.mp4"] == again.jobs.names
    drop(tmp_path / "in", "old.mp4", content=b"rendered anew")
    again.run(60, by=5)
    assert ["meanwhile.mp4", "old.mp4"] == again.jobs.names


def test_a_restart_queues_nothing_twice(tmp_path: Path) -> None:
    """Three starts over the same films: one job each; with the watcher's own memory lost too."""
    drop(tmp_path / "in", "a.mp4", "b.mp4")
    jobs = FakeJobs()
    for _ in range(3):
        watching(tmp_path, jobs).run(40, by=5)
    (tmp_path / "m.sqlite").unlink()
    watching(tmp_path, jobs).run(40, by=5)
    assert ["a.mp4", "b.mp4"] == sorted(jobs.names)


def test_new_films_go_before_old_ones(tmp_path: Path) -> None:
    """A film that is dropped while ten thousand old ones are looked into does not wait for them."""
    clock = HandClock()

    def look(path: Path) -> Verdict:
        clock.go(0.1)
        return WHOLE

    drop(tmp_path / "in", *(f"old{number}.mp4" for number in range(100)))
    watched = Watching(tmp_path / "in", tmp_path / "m.sqlite", clock=clock, look=look)
    watched.step()
    watched.step(2.0)
    assert 0 < len(watched.jobs.names) < 20
    drop(tmp_path / "in", "new.mp4")
    watched.folder.hint(str(tmp_path / "in" / "new.mp4"))
    watched.step()
    for _ in range(5):
        watched.step(0.5)
    assert "new.mp4" in watched.jobs.names[:60]
    assert len(watched.jobs.names) < 100


def test_all_is_settled_only_when_every_film_was_looked_into(tmp_path: Path) -> None:
    """`--once` waits for a long row of films, for a stream's longer quiet, but not for a film that grows for ever."""
    clock = HandClock()

    def look(path: Path) -> Verdict:
        clock.go(1.0)
        return WHOLE

    drop(tmp_path / "in", *(f"{number}.mp4" for number in range(100)))
    watched = Watching(tmp_path / "in", tmp_path / "m.sqlite", clock=clock, look=look)
    watched.step(3.0)
    while len(watched.jobs.names) < 100:
        assert not watched.folder.settled
        watched.step(0.5)
    assert watched.folder.settled
    growing = tmp_path / "in" / "grows.mp4"
    for second in range(40):
        drop(tmp_path / "in", "grows.mp4", content=bytes(second + 1))
        watched.folder.hint(str(growing))
        watched.step(1.0)
        assert (second > 30) == watched.folder.settled or second in (0, 30, 31)


# Drives


def test_a_folder_that_is_not_there_is_watched_when_it_comes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Said once; films in it are found within seconds of its coming."""
    caplog.set_level(logging.INFO)
    watched = Watching(tmp_path / "late", tmp_path / "m.sqlite", look=lambda _: WHOLE)
    watched.run(60)
    assert 1 == caplog.text.count("is not there")
    drop(tmp_path / "late", "a.mp4")
    watched.run(9)
    assert ["a.mp4"] == watched.jobs.names


def test_a_drive_that_goes_and_comes_back_brings_nothing_new(tmp_path: Path) -> None:
    """Its place is empty or missing meanwhile; afterwards only what is really new is queued."""
    root, away = tmp_path / "in", tmp_path / "away"
    drop(root, "a.mp4", "b.mp4", "half.mp4")
    (root / "half.mp4").write_bytes(b"")
    watched = watching(tmp_path)
    watched.run(10)
    assert ["a.mp4", "b.mp4"] == sorted(watched.jobs.names)
    for empty in (False, True):
        root.rename(away)
        if empty:
            root.mkdir()
        watched.run(120, by=5)
        assert ["half.mp4"] == list(watched.reasons()), "what waited is not forgotten"
        if empty:
            root.rmdir()
        away.rename(root)
        watched.run(120, by=5)
    assert ["a.mp4", "b.mp4"] == sorted(watched.jobs.names)
    drop(root, "c.mp4", "half.mp4")
    watched.run(120, by=5)
    assert ["a.mp4", "b.mp4", "c.mp4", "half.mp4"] == sorted(watched.jobs.names)


def test_a_drive_that_is_mounted_late_is_not_all_new(tmp_path: Path) -> None:
    """With `existing: ignore` the empty place of the first start does not make the whole drive new work."""
    root, drive = tmp_path / "in", tmp_path / "drive"
    drop(drive, "a.mp4", "b.mp4")
    watched = watching(tmp_path, existing="ignore")
    watched.run(60, by=5)
    root.rmdir()
    drive.rename(root)
    again = watching(tmp_path, watched.jobs, existing="ignore")
    again.run(60, by=5)
    assert [] == again.jobs.names
    drop(root, "c.mp4")
    again.run(60, by=5)
    assert ["c.mp4"] == again.jobs.names


def test_a_drive_that_is_mounted_while_watching_is_not_all_new(tmp_path: Path) -> None:
    """The same without a restart between."""
    root, drive = tmp_path / "in", tmp_path / "drive"
    drop(drive, "a.mp4", "b.mp4")
    watched = watching(tmp_path, existing="ignore")
    watched.run(60, by=5)
    root.rmdir()
    drive.rename(root)
    watched.run(60, by=5)
    assert [] == watched.jobs.names
    drop(root, "c.mp4")
    watched.run(60, by=5)
    assert ["c.mp4"] == watched.jobs.names


# Hints and scans


def test_without_any_hint_the_scan_finds_everything(tmp_path: Path) -> None:
    """Deaf for ever: a film is found within scan_seconds, and with polling within poll_seconds."""
    watched = watching(tmp_path)
    watched.run(5)
    drop(tmp_path / "in", "a.mp4")
    watched.run(33)
    assert ["a.mp4"] == watched.jobs.names
    watched.folder.told = False
    watched.run(31)
    drop(tmp_path / "in", "b.mp4")
    watched.run(8)
    assert ["a.mp4", "b.mp4"] == watched.jobs.names


def test_lost_hints_lead_to_a_scan_at_once(tmp_path: Path) -> None:
    """After an overflow nobody waits for the next regular scan."""
    watched = watching(tmp_path)
    watched.run(5)
    drop(tmp_path / "in", *(f"{number}.mp4" for number in range(500)))
    watched.folder.lost()
    watched.run(3)
    assert 500 == len(watched.jobs.names)


def test_who_was_frozen_scans_when_it_wakes(tmp_path: Path) -> None:
    """A step that comes far too late, or a wall clock that has jumped, shows that much was missed."""
    clock = HandClock()
    pace = Pace(clock)
    pace.sleeps_until(clock.steady() + 5)
    assert not pace.overslept()
    clock.go(9)
    assert not pace.overslept()
    pace.sleeps_until(clock.steady() + 5)
    clock.go(11)
    assert pace.overslept()
    pace.sleeps_until(clock.steady() + 5)
    clock.set_wall(3600)
    assert pace.overslept()
    assert not pace.overslept()


def test_a_clock_that_is_set_back_changes_nothing(tmp_path: Path) -> None:
    """Ten years back and forth while a film waits for its quiet: it takes the same two seconds."""
    watched = watching(tmp_path)
    watched.step()
    drop(tmp_path / "in", "a.mp4")
    os.utime(tmp_path / "in" / "a.mp4", (4e9, 4e9))
    watched.folder.hint(str(tmp_path / "in" / "a.mp4"))
    watched.step()
    watched.clock.set_wall(-315_360_000)
    watched.run(1.5)
    assert [] == watched.jobs.names
    watched.clock.set_wall(630_720_000)
    watched.run(0.5)
    assert ["a.mp4"] == watched.jobs.names
    watched.run(120, by=5)
    assert ["a.mp4"] == watched.jobs.names


def test_a_folder_with_very_many_films_is_scanned_less_often() -> None:
    """Scanning takes one part in a hundred of the time at most, and lost hints do not make scans follow each other."""
    clock = HandClock()
    pace = Pace(clock)
    began = clock.steady()
    clock.go(2.0)
    pace.scanned(began, 30.0)
    assert clock.steady() + 200.0 == pace.due
    pace.hurry(clock.steady())
    assert clock.steady() + 4.0 == pace.due
    assert Clock().steady() > 0


def test_films_in_a_folder_that_was_just_made_are_found(tmp_path: Path) -> None:
    """The folder's own event leads to a look into it, at once and again: its first events may be missing."""
    watched = watching(tmp_path, recursive=True)
    watched.run(5)
    drop(tmp_path / "in", "day/one/a.mp4")
    watched.folder.hint(str(tmp_path / "in" / "day"), True)
    watched.step()
    drop(tmp_path / "in", "day/one/late.mp4", "day/two/b.mp4")
    watched.run(6)
    assert ["a.mp4", "b.mp4", "late.mp4"] == sorted(watched.jobs.names)


def test_a_folder_that_is_moved_in_is_found(tmp_path: Path) -> None:
    """With all that is in it; a second move of the same films elsewhere is work anew, by path."""
    drop(tmp_path / "outside", "x/a.mp4")
    watched = watching(tmp_path, recursive=True)
    watched.run(5)
    shutil.move(tmp_path / "outside", tmp_path / "in" / "moved")
    watched.folder.hint(str(tmp_path / "in" / "moved"), True)
    watched.run(6)
    assert ["a.mp4"] == watched.jobs.names


def test_hints_of_what_is_no_film_do_nothing(tmp_path: Path) -> None:
    """Results, hidden names, the folder above, names that are gone."""
    watched = watching(tmp_path)
    watched.run(5)
    drop(tmp_path / "in", "a.cutscore/a.preview.mp4", "a.cutscore/b.mp4", "deep/c.mp4", ".d.mp4")
    for path in ("a.cutscore", "a.cutscore/b.mp4", "deep", "deep/c.mp4", ".d.mp4", "none.mp4", "../x.mp4"):
        watched.folder.hint(os.path.normpath(tmp_path / "in" / path), "." not in path)
    watched.run(60, by=5)
    assert ([], {}) == (watched.jobs.names, watched.reasons())


def test_very_many_films_at_once_become_as_many_jobs(tmp_path: Path) -> None:
    """All in one scan, each exactly once, and the watcher keeps nothing of them but what it knows them by."""
    drop(tmp_path / "in", *(f"{number}.mp4" for number in range(2_000)))
    watched = watching(tmp_path)
    watched.run(20)
    assert 2_000 == len(watched.jobs.names) == len(set(watched.jobs.names))
    assert 0 == len(watched.folder.candidates)
    watched.run(120, by=10)
    assert 2_000 == len(watched.jobs.names)
