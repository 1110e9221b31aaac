"""The shared door: files under their names, one purchase for the same content, parking, reuse, races, secrets."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.hashing import sha256_of
from cutscore.keys import ApiKey
from cutscore.submit import Ledger, RemoteEngine, Submission, parked, submit
from cutscore.submit.exchange import Timeouts
from cutscore_composer.cue import CueStem, cue_json, new_cue, read_cue
from cutscore_composer.engine import Progress, ProgressEvent, Request
from cutscore_composer.errors import Cancelled, EngineFailed, InputRefused, OutcomeUnknown, OutputFailed
from cutscore_composer.music import Music, Stem
from cutscore_composer.picture import Picture
from support.misbehaving_server import MisbehavingServer, answers, cuts_off, never_answers, plays, resets_after_upload
from support.sounds import encoded

Maker = Callable[..., RemoteEngine]


@dataclass
class FreeEngine:
    """An engine like the composer: costs nothing, gives other bytes for another seed."""

    calls: list[int] = field(default_factory=list)
    facts: Mapping[str, str] = field(default_factory=dict)
    fails: Exception | None = None
    name: str = "local"
    version: str = "1"

    def score(self, request: Request, progress: Progress) -> Music:
        self.calls.append(request.seed)
        progress.report("write", 0.5)
        if self.fails is not None:
            raise self.fails
        paths = {ending: request.folder / f"{request.stem}{ending}" for ending in (".wav", ".mid", ".strings.wav")}
        for path in paths.values():
            path.write_bytes(f"{path.suffix} {request.seed}".encode())
        stem = paths[".strings.wav"]
        cue = new_cue("local", request.picture.rate, request.picture.frames, 96000, seed=request.seed,
                      stems=(CueStem("strings", stem.name),), warnings=("quiet",))  # fmt: skip
        cue_file = request.folder / f"{request.stem}.cue.json"
        cue_file.write_text(cue_json(cue), encoding="utf-8")
        return Music(paths[".wav"], cue, cue_file, midi=paths[".mid"], stems=(Stem("strings", stem),),
                     facts={"licence": "yours"}, warnings=("quiet",))  # fmt: skip


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_of_a_piece_shares_one_stem(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """Name, start timecode, version; rights with the hashes of every file; nothing else is left."""
    (piece,) = submit(request_, FreeEngine(), ledger, folder=tmp_path / "out")
    stem = "piece_01-00-00-00_v1"
    endings = (".cue.json", ".mid", ".rights.json", ".strings.wav", ".wav")
    assert names(tmp_path / "out") == [f"{stem}{ending}" for ending in endings]
    rights = json.loads(piece.rights.read_text(encoding="utf-8"))
    assert {name: facts["sha256"] for name, facts in rights["files"].items()} == {
        path.name: sha256_of(path) for path in piece.music.files()
    }
    assert (rights["engine"], rights["engine_version"], rights["licence"]) == ("local", "1", {"licence": "yours"})
    assert rights["inputs"] == {"shot.mov": f"sha256:{sha256_of(tmp_path / 'shot.mov')}"}
    assert read_cue(piece.music.cue_file).stems == (CueStem("strings", f"{stem}.strings.wav"),)
    assert (piece.reused, piece.music.warnings) == (False, ("quiet",))
    assert piece.provenance()["rights"] == f"{stem}.rights.json"


def test_the_same_again_is_the_same_files(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """A second run neither makes nor writes anything."""
    engine = FreeEngine()
    (first,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    (second,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    assert (engine.calls, second.reused) == ([0], True)
    assert first.music == second.music
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}


def test_a_changed_file_is_never_overwritten(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """What the user changed stays; the piece comes again from the store as the next version."""
    engine = FreeEngine()
    (first,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    first.music.audio.write_bytes(b"mixed by hand")
    (second,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    assert (engine.calls, second.reused) == ([0], True)
    assert first.music.audio.read_bytes() == b"mixed by hand"
    assert second.music.audio.name == "piece_01-00-00-00_v2.wav"
    assert second.music.audio.read_bytes() == b".wav 0"
    assert read_cue(second.music.cue_file).stems == (CueStem("strings", "piece_01-00-00-00_v2.strings.wav"),)


def test_takes_share_a_version_and_differ_by_seed(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """Seeds n, n+1, n+2; `_take1` … under one version; the first is reused when it is asked alone."""
    engine = FreeEngine()
    made = submit(replace(request_, seed=7), engine, ledger, folder=tmp_path / "out", takes=3)
    assert engine.calls == [7, 8, 9]
    assert [take.music.audio.name for take in made] == [f"piece_01-00-00-00_v1_take{n}.wav" for n in (1, 2, 3)]
    (alone,) = submit(replace(request_, seed=7), engine, ledger, folder=tmp_path / "out")
    assert (alone.reused, alone.music.audio) == (True, made[0].music.audio)
    (other,) = submit(replace(request_, seed=1), engine, ledger, folder=tmp_path / "out")
    assert other.music.audio.name == "piece_01-00-00-00_v2.wav"


def test_a_failure_is_never_replayed(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """A failed run is tried anew, leaves nothing, and is written down."""
    engine = FreeEngine(fails=EngineFailed("no reason"))
    for _ in range(2):
        with pytest.raises(EngineFailed, match="no reason"):
            submit(request_, engine, ledger, folder=tmp_path / "out")
    assert names(tmp_path / "out") == []
    engine.fails = None
    (piece,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    assert engine.calls == [0, 0, 0]
    states = [state for _, state, _ in ledger.history(piece.key)]
    assert states == ["asked", "intent", "failed", "intent", "failed", "intent", "received"]


def test_cancelling_leaves_nothing(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """Stopped in the middle: no file, no folder, no hold on the row."""
    progress = Progress(lambda event: progress.cancel() if event.stage == "write" else None)
    engine = FreeEngine()
    with pytest.raises(Cancelled):
        # The listener cancels at the first report; the next one raises.
        submit(request_, _TwoReports(engine), ledger, folder=tmp_path / "out", progress=progress)
    assert names(tmp_path / "out") == []
    assert submit(request_, engine, ledger, folder=tmp_path / "out")[0].reused is False


@dataclass
class _TwoReports:
    inner: FreeEngine
    name: str = "local"
    version: str = "1"

    def score(self, request: Request, progress: Progress) -> Music:
        progress.report("write", 0.1)
        return self.inner.score(request, progress)


def test_paid_music_is_bought_once_for_any_number_of_places(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path, mp3: bytes
) -> None:
    """Another folder, another name, a renamed video, another start timecode: new placements of one purchase."""
    engine = engine_with()
    (first,) = submit(request_, engine, ledger, folder=tmp_path / "a")
    (again,) = submit(request_, engine, ledger, folder=tmp_path / "a")
    renamed = tmp_path / "moved" / "other name.mov"
    renamed.parent.mkdir()
    media = request_.picture.spans[0].media
    assert media is not None
    media.rename(renamed)
    spans = tuple(replace(span, media=renamed) for span in request_.picture.spans)
    picture = replace(request_.picture, spans=spans, start_frame=0, name="Another")
    (moved,) = submit(replace(request_, picture=picture, stem="Another"), engine, ledger, folder=tmp_path / "b")
    assert (server.billed, len(server.requests)) == (1, 1)
    assert [piece.reused for piece in (first, again, moved)] == [False, True, True]
    assert first.key == moved.key
    assert moved.music.audio.name == "Another_00-00-00-00_v1.wav"
    assert read_cue(moved.music.cue_file).start_frame == 0
    assert moved.music.original is not None
    assert moved.music.original.read_bytes() == mp3
    rights = json.loads(moved.rights.read_text(encoding="utf-8"))
    assert (rights["song_id"], rights["request_id"], rights["character_cost"]) == ("song-1", "req-1", "1200")
    assert rights["settings"]["output_format"] == "mp3_44100_128"
    assert [part["sha256"] for part in rights["parts"]] == [hashlib.sha256(mp3).hexdigest()]
    assert [Path(place).parent.name for place in ledger.placements(first.key)] == ["a", "b"]


def test_what_changes_the_music_is_another_purchase(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """Words, take, model, format, one frame of one range, one byte of the media: each its own; a marker is not."""
    base = submit(request_, engine_with(), ledger, folder=tmp_path / "out")[0].key
    spans = request_.picture.spans
    shifted = (replace(spans[0], source_in=Fraction(73, 24)), *spans[1:])
    others = [
        (replace(request_, wishes=replace(request_.wishes, description="wild")), {}),
        (replace(request_, seed=1), {}),
        (request_, {"model_id": "music_v2"}),
        (request_, {"output_format": "mp3_44100_64"}),
        (replace(request_, picture=replace(request_.picture, spans=shifted)), {}),
    ]
    keys = [submit(asked, engine_with(**kw), ledger, folder=tmp_path / "out")[0].key for asked, kw in others]
    assert len({base, *keys}) == 6
    assert server.billed == 6
    assert spans[0].media is not None
    spans[0].media.write_bytes(b"Media" * 1000)
    assert submit(request_, engine_with(), ledger, folder=tmp_path / "out")[0].key not in {base, *keys}


def test_a_server_under_another_name_sells_nothing_again(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """By its URL first, then as a configured name: the same purchase."""
    engine = engine_with()
    renamed = RemoteEngine(replace(engine._settings, name="renamed"), make_reel=engine._make_reel)
    first, again = (submit(request_, e, ledger, folder=tmp_path / "out")[0] for e in (engine, renamed))
    assert (first.key, True, 1) == (again.key, again.reused, server.billed)


def test_an_unknown_outcome_is_parked_until_the_user_says_so(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path, mp3: bytes
) -> None:
    """Cut off after 200: parked with what came, told again without a call, sent again only with `resend`."""
    server.script = [cuts_off(mp3, 9000)]
    command = "cutscore score film.otio --engine studio --resend"
    for _ in range(3):
        with pytest.raises(OutcomeUnknown, match="--engine studio --resend") as caught:
            submit(request_, engine_with(), ledger, folder=tmp_path / "out", command=command)
        assert "parked" in str(caught.value)
    assert (len(server.requests), server.billed) == (1, 1)
    (entry,) = parked(ledger)
    assert (entry.title, entry.facts["song-id"]) == ("Mein Film from 01:00:00:00, 2.0 s", "song-1")
    kept = ledger.store.path(entry.files[0].sha256).read_bytes()
    assert kept == mp3[: len(kept)]
    assert str(ledger.store.path(entry.files[0].sha256)) in entry.message
    assert names(tmp_path / "out") == []
    (piece,) = submit(request_, engine_with(), ledger, folder=tmp_path / "out", resend=True)
    assert (piece.reused, server.billed, parked(ledger)) == (False, 2, ())


@pytest.mark.parametrize("behaviour", [resets_after_upload, answers(504, b"", bill=True)])
def test_each_unclear_end_parks(
    behaviour: Callable[..., None],
    engine_with: Maker,
    server: MisbehavingServer,
    request_: Request,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    """No answer and a gateway's answer alike."""
    server.script = [behaviour]
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    assert (server.billed, len(parked(ledger))) == (1, 1)


def test_stopping_while_the_server_works_parks(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """Cancel after the form was whole."""
    server.script = [never_answers]
    progress = Progress(lambda event: progress.cancel() if event.note == "the server is at work" else None)
    with pytest.raises(OutcomeUnknown, match="stopped by you"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "out", progress=progress)
    assert len(parked(ledger)) == 1


def test_a_refusal_costs_nothing_and_may_be_repeated(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """A 422 is written down as failed, not parked; the next run sends again."""
    server.script = [answers(422, {"detail": "too dark"}), answers(429, b"", Retry_After="0")]
    with pytest.raises(EngineFailed, match="too dark"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    (piece,) = submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    assert (server.billed, len(server.requests)) == (1, 3)
    states = [state for _, state, _ in ledger.history(piece.key)]
    assert states == ["asked", "intent", "sent", "failed", "intent", "sent", "intent", "sent", "received"]


def test_intent_and_sent_are_on_disk_before_the_server_sees_anything(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path, mp3: bytes
) -> None:
    """While the server holds the request, another connection to the ledger reads "sent"."""
    states: list[str] = []

    def look(exchange: object) -> None:
        with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path / "store") as other:
            states.extend(entry.state for entry in other.unfinished())
        plays(mp3)(exchange)  # type: ignore[arg-type]

    server.script = [look]
    submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    assert states == ["sent"]


def test_the_same_job_twice_at_once_is_one_purchase(
    engine_with: Maker, server: MisbehavingServer, request_: Request, tmp_path: Path
) -> None:
    """Four runs at once with their own connections: one call; each has its own complete files."""
    pieces, errors = [], []

    def run(number: int) -> None:
        try:
            with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path / "store") as own:
                pieces.extend(submit(request_, engine_with(), own, folder=tmp_path / "out"))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (server.billed, len(server.requests)) == (1, 1)
    assert sorted(piece.reused for piece in pieces) == [False, True, True, True]
    assert len({sha256_of(piece.music.audio) for piece in pieces}) == 1
    assert not [name for name in names(tmp_path / "out") if "partial" in name]


def test_a_run_that_waited_for_another_takes_its_files(request_: Request, ledger: Ledger, tmp_path: Path) -> None:
    """Not a second version of the same music."""
    making, finish = threading.Event(), threading.Event()

    @dataclass
    class Slow(FreeEngine):
        def score(self, request: Request, progress: Progress) -> Music:
            making.set()
            finish.wait(30)
            return super().score(request, progress)

    firsts: list[Submission] = []
    first = threading.Thread(target=lambda: firsts.extend(submit(request_, Slow(), ledger, folder=tmp_path / "out")))
    first.start()
    making.wait(30)
    told: list[str] = []

    def let_it_finish(event: ProgressEvent) -> None:
        if event.stage == "wait":
            told.append(event.note)
            finish.set()
            first.join()

    (second,) = submit(request_, Slow(), ledger, folder=tmp_path / "out", progress=Progress(let_it_finish))
    assert told == ["another run is making Mein Film from 01:00:00:00, 2.0 s"]
    assert (second.reused, second.music.audio) == (True, firsts[0].music.audio)
    assert len(names(tmp_path / "out")) == 5


def test_a_lost_store_parks_instead_of_buying_again(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """Paid music whose bytes are gone or changed: the user decides."""
    (piece,) = submit(request_, engine_with(), ledger, folder=tmp_path / "a")
    entry = ledger.entry(piece.key)
    assert entry is not None
    ledger.store.path(entry.files[0].sha256).write_bytes(b"rotten")
    with pytest.raises(OutcomeUnknown, match="gone from the store"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "b")
    assert server.billed == 1


def test_paid_bytes_that_cannot_be_used_are_parked(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """An empty ZIP was paid for: said, kept, not bought again by itself."""
    server.usual = plays(b"PK\x05\x06" + bytes(18), "application/zip")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match=r"ZIP of tracks is empty.*kept in"):
            submit(request_, engine_with(separate_tracks=True), ledger, folder=tmp_path / "out")
    assert (server.billed, len(parked(ledger))) == (1, 1)


def divided(engine: RemoteEngine, at: int) -> RemoteEngine:
    """The engine, dividing every picture at a frame and joining by laying WAVs end to end."""
    from cutscore.reel.joining import join_cues

    engine._join_cues = join_cues
    engine.parts = lambda picture, progress: ((0, at), (at, picture.frames))  # type: ignore[method-assign]
    return engine


def test_a_divided_edit_is_one_purchase_a_part(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path, mp3: bytes
) -> None:
    """The second part fails unclear: the first is kept; `resend` buys only the second; both joined are exact."""
    server.script = [plays(mp3, character_cost="700"), resets_after_upload, plays(mp3, character_cost="500")]
    with pytest.raises(OutcomeUnknown):
        submit(request_, divided(engine_with(), 17), ledger, folder=tmp_path / "out")
    (piece,) = submit(request_, divided(engine_with(), 17), ledger, folder=tmp_path / "out", resend=True)
    assert (server.billed, len(server.requests)) == (3, 3)
    rights = json.loads(piece.rights.read_text(encoding="utf-8"))
    assert [part["frames"] for part in rights["parts"]] == [[0, 17], [17, 48]]
    assert (rights["character_cost"], piece.music.cue.samples) == ("1200", 96000)
    import wave

    with wave.open(str(piece.music.audio)) as sound:
        assert sound.getnframes() == 96000
    assert submit(request_, divided(engine_with(), 17), ledger, folder=tmp_path / "out")[0].reused is True


def test_a_secret_is_in_nothing_that_a_failing_run_writes(
    engine_with: Maker,
    server: MisbehavingServer,
    request_: Request,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Refused, unclear and good runs: the key is in no file, no log line and no error; the server did see it."""
    secret = "sk_0123456789abcdef"
    caplog.set_level("DEBUG")
    server.script = [
        answers(401, {"detail": {"message": f"bad key {secret}"}}),
        answers(504, f"gateway: {secret}".encode(), bill=True),
    ]
    engine = engine_with(api_key=lambda: ApiKey(secret))
    said = [repr(engine), str(vars(engine))]
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path / "store") as own:
        for resend in (False, False, True):
            try:
                pieces = submit(request_, engine, own, folder=tmp_path / "out", resend=resend)
                said.append(str(pieces))
            except (EngineFailed, OutcomeUnknown) as error:
                said += [str(error), repr(error), str(error.__cause__), str(error.__context__)]
    assert len(said) == 11
    assert [seen.headers["xi-api-key"] for seen in server.requests] == [secret] * 3
    assert secret not in "\n".join(said)
    assert secret not in caplog.text
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert [path for path in written if secret.encode() in path.read_bytes()] == []


def test_a_read_only_folder_is_said_before_anything_is_bought(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """OutputFailed in one sentence; no call."""
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    if os.access(out, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(OutputFailed, match="cannot be written"):
        submit(request_, engine_with(), ledger, folder=out)
    assert server.requests == []


def test_a_folder_that_is_a_file_is_said_before_anything_is_bought(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """OutputFailed in one sentence; no call."""
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputFailed, match="output folder"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    assert server.requests == []


def test_a_disk_without_room_is_said_before_anything_is_bought(
    engine_with: Maker,
    server: MisbehavingServer,
    request_: Request,
    ledger: Ledger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The room that the WAV needs is looked for first."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("cutscore.results.shutil.disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(OutputFailed, match=r"0\.0 MB left"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    assert server.requests == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@dataclass
class _LargeEngine(FreeEngine):
    def score(self, request: Request, progress: Progress) -> Music:
        (request.folder / "large").write_bytes(bytes(8_000_000))
        return super().score(request, progress)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(request_: Request, ledger: Ledger, small_disk: Path) -> None:
    """An engine that fills the disk: OutputFailed, no half piece, and the row is free again."""
    with pytest.raises(OutputFailed, match=r"disk of .* is full"):
        submit(request_, _LargeEngine(), ledger, folder=small_disk / "out")
    assert names(small_disk / "out") == []
    (piece,) = submit(request_, FreeEngine(), ledger, folder=small_disk / "out")
    assert piece.reused is False


def test_a_store_without_room_is_said_before_anything_is_bought(
    engine_with: Maker, server: MisbehavingServer, request_: Request, tmp_path: Path, small_disk: Path
) -> None:
    """The disk of the store is looked at too."""
    (small_disk / "filler").write_bytes(bytes(4_000_000))
    with (
        Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}", small_disk / "store") as own,
        pytest.raises(OutputFailed, match="MB are needed"),
    ):
        submit(request_, engine_with(), own, folder=tmp_path / "out")
    assert server.requests == []


def test_music_that_cannot_be_stored_is_not_lost(
    engine_with: Maker,
    request_: Request,
    ledger: Ledger,
    tmp_path: Path,
    mp3: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store fails after the purchase: parked, and the bytes lie beside the results."""

    def full(*_: object) -> str:
        raise OutputFailed("The disk of the store is full.")

    monkeypatch.setattr(ledger.store, "put", full)
    with pytest.raises(OutcomeUnknown, match=r"store is full.*it lies in"):
        submit(request_, engine_with(), ledger, folder=tmp_path / "out")
    (rescued,) = (tmp_path / "out").iterdir()
    assert rescued.read_bytes() == mp3
    assert parked(ledger)[0].facts["song-id"] == "song-1"


def test_media_that_is_missing_or_empty_pictures_are_refused(
    request_: Request, ledger: Ledger, tmp_path: Path, picture: Picture
) -> None:
    """Unreadable media, no frames, no takes: InputRefused."""
    media = request_.picture.spans[0].media
    assert media is not None
    media.unlink()
    with pytest.raises(InputRefused, match=r"shot\.mov cannot be read"):
        submit(request_, FreeEngine(), ledger, folder=tmp_path / "out")
    with pytest.raises(InputRefused, match="no frames"):
        submit(replace(request_, picture=replace(picture, frames=0)), FreeEngine(), ledger, folder=tmp_path / "out")
    with pytest.raises(InputRefused, match="0 takes"):
        submit(request_, FreeEngine(), ledger, folder=tmp_path / "out", takes=0)


def test_no_answer_in_time_parks_and_a_divided_title_tells_its_part(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """The parked part says from where it runs."""
    server.script = [plays(encoded("mp3_44100_128", 1.0)), never_answers]
    with pytest.raises(OutcomeUnknown, match=r"from 01:00:01:00, 1\.0 s.*no answer within"):
        submit(request_, divided(engine_with(timeouts=Timeouts(wait=0.3)), 24), ledger, folder=tmp_path / "out")


@pytest.mark.parametrize("paid", [True, False], ids=["server", "composer"])
def test_media_that_change_meanwhile_are_refused_before_anything_is_paid(
    paid: bool,
    engine_with: Maker,
    server: MisbehavingServer,
    request_: Request,
    media: Path,
    ledger: Ledger,
    tmp_path: Path,
) -> None:
    """A render that grows while its reel or its music is made: one sentence, no call, no file; then it works."""
    stages = {"reel", "write"}

    def still_written(event: ProgressEvent) -> None:
        if event.stage in stages:
            stages.clear()
            media.write_bytes(media.read_bytes() + b"more")

    engine = engine_with() if paid else FreeEngine()
    with pytest.raises(InputRefused, match=r"shot\.mov changed while its music was being made"):
        submit(request_, engine, ledger, folder=tmp_path / "out", progress=Progress(still_written))
    assert (0, []) == (server.billed, names(tmp_path / "out"))
    assert () == ledger.parked()
    (piece,) = submit(request_, engine, ledger, folder=tmp_path / "out")
    assert (int(paid), False) == (server.billed, piece.reused)
