"""Which names are films, and what a scan finds: temporary names, our own results, links, odd names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.config.watching import WatchFolder
from cutscore_watchers.folders.names import Names
from cutscore_watchers.folders.remote import remote_kind, remote_mount
from cutscore_watchers.folders.scan import Looked, Within, look_at, scan
from support.watching import WHOLE, Watching


def names_of(watch: WatchFolder, *results: Path) -> Names:
    return Names(watch, results)


def found_in(root: Path, **watch: object) -> list[str]:
    settings = WatchFolder.model_validate({"path": root, **watch})
    within = Within(str(root), names_of(settings), settings.recursive)
    return sorted(os.path.relpath(each.path, root) for each in scan(str(root), within, Looked()))


TEMPORARY = [
    ".film.mp4.a1B2c3", "._film.mp4", ".in.film.mp4", ".~film.mp4", "~$film.mov", "~syncthing~film.mp4.tmp",
    "film.mp4.part",
    "film.mp4.crdownload", "film.mp4.filepart", "film.mp4.aria2", "film.mp4.!qB", "film.temp.mp4", "film.part.mp4",
    "film.tmp.mov", "film.mp4~", "film.mp4.partial", "film.mp4.tmp", "film.preview.mp4", "film.scored.mov",
    "film.before-cutscore-1.mov", "film.wav", "film.mp3", "film.txt", "film", "mp4",
]  # fmt: skip


def test_temporary_names_and_our_own_results_are_no_films(tmp_path: Path) -> None:
    """What renderers, copiers, browsers and network drives leave, and previews and scored files, is left alone."""
    taken = ["film.mp4", "FILM.MOV", "Clip.MXF", "a b.mkv", "100%.ts", "part.mp4", "tmp.mp4", "x.partial cut.mp4"]
    for name in (*TEMPORARY, *taken):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(taken) == found_in(tmp_path)


def test_folders_of_systems_and_our_own_are_not_looked_into(tmp_path: Path) -> None:
    """Thumbnails of a NAS, recycle bins, caches of editors, NAME.cutscore and what was put away."""
    hidden = [
        "@eaDir", "#recycle", "@Recycle", "$RECYCLE.BIN", "lost+found", ".Trashes", ".stversions",
        "film_AME", "film.PRV",
        "Adobe Premiere Pro Preview Files", "CacheClip", "ProxyMedia", "film.cutscore", "cutscore-done", "film.otiod",
        "System Volume Information", "film.mp4.sb-1a2b3c4d-Ab12Cd",
    ]  # fmt: skip
    for name in (*hidden, "day 1", "day 1/reel"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.mp4").write_bytes(b"x")
    (tmp_path / "folder.mp4").mkdir()
    assert ["day 1/reel/x.mp4", "day 1/x.mp4"] == found_in(tmp_path, recursive=True)
    assert [] == found_in(tmp_path)


def test_patterns_and_ignored_names_are_the_user_s(tmp_path: Path) -> None:
    """`patterns` replaces what is taken, `ignore` adds to what is left alone, temporary names can be taken."""
    for name in ("a.avi", "b.mp4", "draft_c.avi", ".d.avi"):
        (tmp_path / name).write_bytes(b"x")
    assert ["a.avi", "draft_c.avi"] == found_in(tmp_path, patterns=["*.AVI"])
    assert ["a.avi"] == found_in(tmp_path, patterns=["*.avi"], ignore=["Draft_*"])
    assert [".d.avi", "a.avi", "draft_c.avi"] == found_in(tmp_path, patterns=["*.avi"], ignore_temporary=False)


def test_results_that_go_into_the_folder_itself_are_no_work(tmp_path: Path) -> None:
    """The output folder, where it lies inside, is not looked into."""
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "film.mp4").write_bytes(b"x")
    watching = Watching(tmp_path, tmp_path / ".m", recursive=True, output=tmp_path / "music", look=lambda _: WHOLE)
    watching.folder.hint(str(tmp_path / "music" / "film.mp4"))
    watching.run(10)
    assert [] == watching.jobs.names


@given(
    st.lists(
        st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8), max_size=4
    )
)
def test_a_hint_is_judged_as_the_scan_would(steps: list[str]) -> None:
    """By names alone: `takes` agrees with entering each folder and asking for the film at its end."""
    steps = [step for step in steps if step not in (".", "..")]
    root = Path("/watched")
    names = names_of(WatchFolder(path=root, patterns=("*",)))
    path = root.joinpath(*steps, "film.mp4")
    entered = all(
        names.enters(str(folder), folder.name) for folder in path.parents if folder != root and root in folder.parents
    )
    assert entered == names.takes(path, root, True)
    assert (not steps) == names.takes(path, root, False) or (not entered and not steps)


def test_links_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    """A link to a film elsewhere is told and left alone; one to a film within, not found otherwise, is a film."""
    root, outside = tmp_path / "in", tmp_path / "secret"
    (root / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "a.mp4").write_bytes(b"x")
    (root / "deep" / "b.mp4").write_bytes(b"x")
    (root / "out.mp4").symlink_to(outside / "a.mp4")
    (root / "gone.mp4").symlink_to(root / "nothing.mp4")
    (root / "loop.mp4").symlink_to(root / "loop.mp4")
    (root / "within.mp4").symlink_to(root / "deep" / "b.mp4")
    (root / "elsewhere").symlink_to(outside)
    (root / "round").symlink_to(root)
    assert ["within.mp4"] == found_in(root)
    assert ["deep/b.mp4"] == found_in(root, recursive=True)
    looked = Looked()
    within = Within(str(root), names_of(WatchFolder(path=root)), False)
    assert look_at(str(root / "out.mp4"), within, looked) is None
    assert [str(root / "out.mp4")] == looked.links


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_names_of_any_bytes_are_found_as_find_finds_them(tmp_path: Path) -> None:
    """Blanks, percent signs, line breaks, no UTF-8, 255 bytes: the scan finds what find(1) finds."""
    for name in (
        b"a b.mp4",
        b"100%25.mp4",
        b"line\nbreak.mp4",
        b"latin-\xe9.mp4",
        b"\xff\xfe.mov",
        b"n" * 251 + b".mp4",
    ):
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    said = subprocess.run(
        [b"find", os.fsencode(tmp_path), b"-type", b"f", b"-print0"], capture_output=True, check=True
    ).stdout
    wanted = sorted(os.path.relpath(os.fsdecode(path), tmp_path) for path in said.split(b"\0") if path)
    assert wanted == found_in(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
def test_films_of_any_name_become_jobs_and_are_remembered(tmp_path: Path) -> None:
    """Each is queued once, and left alone after a restart, whatever its name is made of."""
    root = tmp_path / "in"
    root.mkdir()
    names = [
        os.fsdecode(name)
        for name in (b"a b.mp4", b"%s.mp4", b"line\nbreak.mp4", b"latin-\xe9.mp4", b"n" * 251 + b".mp4")
    ]
    for name in names:
        (root / name).write_bytes(b"x")
    first = Watching(root, tmp_path / "m.sqlite", look=lambda _: WHOLE)
    first.run(5)
    assert sorted(names) == sorted(first.jobs.names)
    again = Watching(root, tmp_path / "m.sqlite", first.jobs, look=lambda _: WHOLE)
    again.run(5)
    assert len(names) == len(first.jobs.names)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the user may read every folder")
def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """The others are looked into all the same, and nothing counts as gone."""
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.mp4").write_bytes(b"x")
    looked = Looked()
    within = Within(str(tmp_path), names_of(WatchFolder(path=tmp_path)), True)
    assert ["a.mp4"] == [Path(each.path).name for each in scan(str(tmp_path), within, looked)]
    assert (False, 1) == (looked.complete, len(looked.troubles))


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /mnt/nas rw - nfs4 server:/export rw
31 30 0:41 / /mnt/nas/local rw - ext4 /dev/vdb rw
32 22 0:42 / /mnt/win\\040share rw shared:5 - cifs //server/share rw
33 22 0:43 / /people/me/cloud rw - fuse.rclone remote: rw
34 22 0:44 / /media/usb rw - fuseblk /dev/sdb1 rw
35 22 0:45 / /twice rw - ext4 /dev/vdc rw
36 35 0:46 / /twice rw - 9p share rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/people/me", None), ("/mnt/nas", "nfs4"), ("/mnt/nas/renders/day 1", "nfs4"), ("/mnt/nas/local/x", None),
        ("/mnt/nasty", None), ("/mnt/win share/x", "cifs"), ("/people/me/cloud/r", "fuse.rclone"), ("/media/usb", None),
        ("/twice/x", "9p"),
    ],
)  # fmt: skip
def test_network_drives_are_known_by_the_table_of_mounts(path: str, kind: str | None) -> None:
    """The mount that a folder lies on decides: the longest one, of two at one place the later."""
    assert kind == remote_mount(Path(path), MOUNTS)


@pytest.mark.skipif(sys.platform != "linux", reason="findmnt is Linux's")
def test_this_machine_s_own_disk_is_not_remote(tmp_path: Path) -> None:
    """Agrees with findmnt(8) on where the tests' folder lies."""
    said = subprocess.run(
        ["findmnt", "-n", "-o", "FSTYPE", "-T", tmp_path], capture_output=True, text=True, check=False
    )
    if said.returncode:
        pytest.skip("findmnt is not installed")
    remote = said.stdout.strip() in ("nfs", "nfs4", "cifs", "9p", "virtiofs")
    assert remote == (remote_kind(tmp_path) is not None)
