"""Whether a file is whole, for every container: real films cut anywhere, laid out in advance, patched, streamed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cutscore_watchers.finished import End, judge
from cutscore_watchers.finished.boxes import boxes_end
from cutscore_watchers.finished.judging import end_of
from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.writer import open_for_writing
from support.containers import KINDS, TOLD, UNTOLD, film_bytes, name_of
from support.films import film

ANY_CUT = st.floats(0, 1, exclude_max=True, allow_nan=False)


def put(folder: Path, kind: str, content: bytes) -> Path:
    path = folder / name_of(kind)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", TOLD)
def test_a_whole_film_is_seen_to_be_whole(tmp_path: Path, kind: str) -> None:
    """Its container says where it ends, and that is where the file ends; FFmpeg counts all its frames."""
    path = put(tmp_path, kind, film_bytes(kind))
    assert (End.THERE, "") == (judge(path).end, judge(path).why)
    with av.open(str(path)) as container:
        assert 75 == sum(1 for _ in container.decode(video=0))


@pytest.mark.parametrize("kind", sorted(UNTOLD))
def test_a_container_that_never_tells_its_end_is_said_to_be_such(tmp_path: Path, kind: str) -> None:
    """A transport stream and a streamed mkv are UNTOLD however whole they are."""
    verdict = judge(put(tmp_path, kind, film_bytes(kind)))
    assert End.UNTOLD == verdict.end
    assert verdict.why


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(cut=ANY_CUT)
@example(cut=0.999999)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_film_that_breaks_off_is_finished(tmp_path: Path, kind: str, cut: float) -> None:
    """Cut at any byte, a film is MISSING; only a container that may always go on is UNTOLD, never THERE."""
    whole = film_bytes(kind)
    path = put(tmp_path, kind, whole[: int(cut * len(whole))])
    allowed = {End.MISSING, End.UNTOLD} if kind in {*UNTOLD, "fragmented mp4"} else {End.MISSING}
    assert judge(path).end in allowed


@pytest.mark.parametrize("kind", ["faststart mp4", "mkv", "mxf"])
def test_the_length_that_a_half_copied_film_reports_is_no_sign(tmp_path: Path, kind: str) -> None:
    """FFmpeg reports the full three seconds of half a file, which is MISSING all the same."""
    whole = film_bytes(kind)
    path = put(tmp_path, kind, whole[: len(whole) // 2])
    with av.open(str(path)) as container:
        assert container.duration is not None
        assert 3.0 == pytest.approx(container.duration / 1_000_000, abs=0.1)
    assert End.MISSING == judge(path).end


@pytest.mark.parametrize("kind", [kind for kind in sorted(KINDS) if kind != "streamed mkv"])
@given(copied=st.floats(0.02, 0.9))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_copy_whose_space_was_laid_out_is_not_finished(tmp_path: Path, kind: str, copied: float) -> None:
    """The file has its full size from the start, and zeros where the copy has not come yet."""
    whole = film_bytes(kind)
    path = tmp_path / name_of(kind)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, len(whole))
        file.write(whole[: int(copied * len(whole))])
    assert len(whole) == path.stat().st_size
    verdict = judge(path)
    assert End.MISSING == verdict.end, verdict


@given(at=st.floats(0.3, 0.7), share=st.floats(0.1, 0.2))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_film_that_comes_in_pieces_in_any_order_is_not_finished(tmp_path: Path, at: float, share: float) -> None:
    """Zeros in the middle of an mp4 whose beginning and end are there already."""
    whole = film_bytes("mp4")
    low, high = int(at * len(whole)), int((at + share) * len(whole))
    path = put(tmp_path, "mp4", whole[:low] + bytes(high - low) + whole[high:])
    assert End.MISSING == judge(path).end


def test_a_file_of_zeros_waits_for_its_content(tmp_path: Path) -> None:
    """Space laid out for a copy that has not begun."""
    (tmp_path / "a.mp4").write_bytes(bytes(100_000))
    assert judge(tmp_path / "a.mp4").why.startswith("begins with zeros")


def test_an_empty_file_waits(tmp_path: Path) -> None:
    """Zero bytes are never a film."""
    (tmp_path / "a.mp4").touch()
    assert (End.MISSING, "is empty (0 bytes)") == (judge(tmp_path / "a.mp4").end, judge(tmp_path / "a.mp4").why)


def test_a_fragmented_film_without_its_last_box_may_go_on(tmp_path: Path) -> None:
    """Without mfra, and after every whole fragment, only quiet can tell; with it the film is whole."""
    whole = film_bytes("fragmented mp4")
    tail = int.from_bytes(whole[-4:], "big")
    assert b"mfra" == whole[-tail + 4 : -tail + 8]
    assert End.UNTOLD == judge(put(tmp_path, "fragmented mp4", whole[:-tail])).end
    fragment = whole.rindex(b"moof") - 4
    assert End.UNTOLD == judge(put(tmp_path, "fragmented mp4", whole[:fragment])).end
    assert End.MISSING == judge(put(tmp_path, "fragmented mp4", whole[: fragment + 9])).end


def test_a_box_to_the_end_of_the_file_tells_nothing(tmp_path: Path) -> None:
    """A media box of length 0 after the index: written so by programs that do not know the length yet."""
    whole = film_bytes("faststart mp4")
    at = whole.index(b"mdat") - 4
    path = put(tmp_path, "mp4", whole[:at] + bytes(4) + whole[at + 4 :])
    assert End.UNTOLD == judge(path).end


def test_an_mxf_without_a_random_index_ends_with_its_footer(tmp_path: Path) -> None:
    """The standard makes the index optional; without it and with a whole footer a film is whole, cut it is not."""
    whole = film_bytes("mxf")
    bare = whole[: -int.from_bytes(whole[-4:], "big")]
    assert End.THERE == judge(put(tmp_path, "mxf", bare)).end
    assert End.MISSING == judge(put(tmp_path, "mxf", bare[:-1])).end


def test_an_mxf_that_is_still_open_waits(tmp_path: Path) -> None:
    """An open header whose footer is not told yet, as a recorder writes it."""
    whole = bytearray(film_bytes("mxf"))
    whole[14] = 0x01
    whole[20 + 24 : 20 + 32] = bytes(8)
    body = bytes(whole[: -int.from_bytes(whole[-4:], "big")])
    verdict = judge(put(tmp_path, "mxf", body))
    assert (End.MISSING, "is open: it has no footer yet") == (verdict.end, verdict.why)


def test_an_mxf_with_a_run_in_is_known(tmp_path: Path) -> None:
    """Up to 64 KB may stand before the header; all places count from the header."""
    name, verdict = end_of(put(tmp_path, "mxf", b"run-in of a camera" * 100 + film_bytes("mxf")))
    assert ("mxf", End.THERE) == (name, verdict.end)


@given(content=st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: b"\0\0\0\x14ftypisom" + tail))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_are_too_odd_to_judge(tmp_path: Path, content: bytes) -> None:
    """Anything may lie in a folder: the answer is never an error, and never that it is a whole film."""
    path = tmp_path / "any.mp4"
    path.write_bytes(content)
    assert End.MISSING == judge(path).end


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_containers_are_read_in_bounded_time(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    """Bytes changed anywhere, lengths among them, never lead to an error or an endless walk."""
    content = bytearray(film_bytes(kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, min(400, len(content) - 1)))] = data.draw(st.integers(0, 255))
    judge(put(tmp_path, kind, bytes(content)))


def test_boxes_of_64_bits_are_walked(tmp_path: Path) -> None:
    """A media box with a long length, as in files over 4 GB; the file is sparse, so that the test needs no disk."""
    path = tmp_path / "long.mp4"
    size = 5 << 30
    head = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x01mdat" + (size + 16).to_bytes(8, "big")
    moov = b"\0\0\0\x08moov"
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) + size)
        file.write(moov)
    with path.open("rb") as file:
        whole = len(head) + size + len(moov)
        assert End.THERE == boxes_end(Bytes(file, whole)).end
        assert End.MISSING == boxes_end(Bytes(file, whole - len(moov))).end


# What is no film, and names


def test_sound_alone_is_no_film(tmp_path: Path) -> None:
    """A whole mp4 that holds music only never becomes work."""
    path = tmp_path / "music.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=48000, layout="mono")
        for number in range(20):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            block.sample_rate, block.pts = 48000, number * 1024
            out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    assert (End.MISSING, "holds no picture; a film is awaited") == (judge(path).end, judge(path).why)


def test_a_playlist_is_no_film(tmp_path: Path) -> None:
    """A text that names other files is never followed, whatever it is called."""
    target = film(tmp_path / "secret.ts", frames=10, codec="libx264")
    path = tmp_path / "list.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n")
    assert End.MISSING == judge(path).end


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are Linux's")
@pytest.mark.parametrize(
    "name", [b"a b%20c.mp4", b"line\nbreak.mp4", b"latin-\xe9.mp4", b"-dash.mp4", b"%04d.mp4", b"n" * 251 + b".mp4"]
)
def test_names_of_any_kind_are_judged(tmp_path: Path, name: bytes) -> None:
    """Blanks, percent signs, line breaks, bytes that are no UTF-8, and the longest name there is."""
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(film_bytes("mp4"))
    assert End.THERE == judge(path).end


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_a_pipe_does_not_stop_the_watching(tmp_path: Path) -> None:
    """A named pipe called film.mp4 is answered at once instead of waited for."""
    os.mkfifo(tmp_path / "film.mp4")
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(judge(tmp_path / "film.mp4").why), daemon=True)
    thread.start()
    thread.join(10)
    assert ["is no file"] == found


def test_a_file_that_is_gone_is_not_finished(tmp_path: Path) -> None:
    """What cannot be read is MISSING with the system's reason."""
    assert judge(tmp_path / "none.mp4").why.startswith("cannot be read (No such file")


# Who has it open


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """A whole film that another process has open for writing."""
    path = put(tmp_path, "mp4", film_bytes("mp4"))
    hold = "import sys; f = open(sys.argv[1], 'ab'); print('open', flush=True); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", hold, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"open\n" == process.stdout.readline()
    yield path, process
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
def test_a_file_that_a_program_has_open_for_writing_waits(writer: tuple[Path, subprocess.Popen[bytes]]) -> None:
    """However whole it looks: the writer may go on. Once it is closed, the film is whole."""
    path, process = writer
    verdict = judge(path)
    assert (End.MISSING, "is open for writing in another program") == (verdict.end, verdict.why)
    process.communicate()
    assert End.THERE == judge(path).end


@pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
def test_a_reader_is_no_writer_and_nothing_is_held_back(tmp_path: Path) -> None:
    """A program that only reads does not count; after the look others may write at once."""
    path = put(tmp_path, "mp4", film_bytes("mp4"))
    with path.open("rb"):
        assert open_for_writing(path) is False
    for _ in range(200):
        assert open_for_writing(path) is False
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))


@pytest.mark.skipif(sys.platform != "linux", reason="leases are Linux's")
def test_writers_that_come_during_the_look_do_no_harm(tmp_path: Path) -> None:
    """A thread opens and closes the file for writing all the time: no signal ends this process, nobody hangs."""
    path = put(tmp_path, "mp4", film_bytes("mp4"))
    done = threading.Event()
    opened = [0]

    def write() -> None:
        while not done.is_set():
            os.close(os.open(path, os.O_WRONLY))
            opened[0] += 1

    thread = threading.Thread(target=write)
    thread.start()
    seen = {open_for_writing(path) for _ in range(3000)}
    done.set()
    thread.join(20)
    assert not thread.is_alive()
    assert opened[0] > 0
    assert seen <= {True, False}
