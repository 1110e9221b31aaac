"""Reception: a multipart form, read piece by piece, its files straight to disk, within limits and in good time.

Nothing of it is ever whole in memory. The names that a client gives its files are shown in sentences and
used for nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from cutscore_composer.contract import FILE_FIELD, FILE_FIELDS, MOST_BYTES, MOST_FILES, SWITCHES, TAG_FIELDS, Violation
from cutscore_composer.error_bodies import Invalid
from cutscore_composer.server.refusal import Refusal, broken, invalid, refused
from cutscore_composer.server.settings import ServerSettings

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Work = list[tuple[IO[bytes], list[bytes]]]
"""Files, and what is to be written to each."""

MOST_FIELD_BYTES = 64 * 1024
MOST_PARTS = 100
MOST_FORM_BYTES = MOST_BYTES + MOST_PARTS * MOST_FIELD_BYTES
"""Of a whole request: the videos, and whatever else a form may hold."""
GRACE_SECONDS = 10.0
"""An upload's speed is looked at after so long."""
_WRITE_BYTES = 1 << 20
"""So much is held for each upload while as much is written."""
_SUFFIXES = frozenset(
    (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".mxf", ".ts", ".m2ts", ".mts", ".wmv", ".flv")
)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form, on disk."""

    path: Path
    name: str
    """What the client called it: for people only."""
    size: int


@dataclass(slots=True)
class Form:
    """A form as it came."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[Upload] = field(default_factory=list)
    wrong: list[Invalid] = field(default_factory=list)
    """Parts that are of the wrong kind."""
    bytes: int = 0
    """Of the whole body."""


class ClientGone(Exception):
    """The client closed the connection."""


async def receive_form(
    receive: Receive, headers: Mapping[str, str], folder: Path, settings: ServerSettings, disk: Executor
) -> Form:
    """The form of a request, its files in `folder`; they are written by `disk`.

    Raises Refusal when it is no form, breaks a limit or comes too slowly; ClientGone.
    """
    boundary = _boundary(headers)
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:19]) > MOST_FORM_BYTES:
        raise too_large(int(declared[:19]))
    reader, writer = _Reader(boundary, folder), _Writer(disk)
    try:
        await _read(receive, reader, writer, settings)
        reader.finish()
        await writer.write(reader.take())
        return reader.form
    finally:
        # The writer's thread must be done with the files before they are closed and removed.
        await writer.finish()
        reader.close()


async def _read(receive: Receive, reader: _Reader, writer: _Writer, settings: ServerSettings) -> None:
    """The whole body, while it comes in good time."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    more = True
    try:
        async with asyncio.timeout(None) as limit:
            while more:
                limit.reschedule(loop.time() + settings.upload_idle_seconds)
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGone
                more = message.get("more_body", False)
                reader.feed(message.get("body", b""))
                seconds = loop.time() - started
                if more and seconds > GRACE_SECONDS and reader.form.bytes < seconds * settings.slowest_upload:
                    raise _too_slow(f"The upload is slower than {settings.slowest_upload} bytes a second.")
                if reader.held >= _WRITE_BYTES:
                    limit.reschedule(None)  # it is no fault of the client's when the disk is slow
                    await writer.write(reader.take())
    except TimeoutError:
        raise _too_slow(f"Nothing of the upload came for {settings.upload_idle_seconds:g} s.") from None


class _Writer:
    """Writes on a thread of its own, one piece of work at a time: the disk works while the network does."""

    def __init__(self, disk: Executor) -> None:
        self._disk = disk
        self._working: asyncio.Future[None] | None = None

    async def write(self, work: Work) -> None:
        """Wait for what was begun before, then begin this. Raises OSError when that failed."""
        if self._working is not None:
            await self._working
        self._working = asyncio.get_running_loop().run_in_executor(self._disk, _write, work)

    async def finish(self) -> None:
        """Wait for what was begun. Raises OSError when that failed."""
        if self._working is not None:
            await asyncio.shield(self._working)


def too_large(size: int) -> Refusal:
    """For a request that is larger than its videos may be together."""
    sentence = f"The request holds {size} bytes: at most {MOST_BYTES} (200 MB) of videos may be sent together."
    return invalid(broken([Violation(FILE_FIELD, sentence)]))


def _write(work: Work) -> None:
    for file, pieces in work:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[file.write(left) :]


def _boundary(headers: Mapping[str, str]) -> bytes:
    kind, options = parse_options_header(headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        # As FastAPI says it: without a form there is no field.
        raise invalid([Invalid(("body", FILE_FIELD), "Field required", "missing")])
    boundary = options.get(b"boundary", b"")
    if not boundary or len(boundary) > 200:
        raise _malformed("it has no boundary")
    return boundary


def _malformed(why: str) -> Refusal:
    return refused(400, "invalid_form", f"The multipart form cannot be read: {why}.")


def _too_slow(sentence: str) -> Refusal:
    return refused(408, "upload_too_slow", sentence, close=True)


class _Reader:
    """Takes the body's pieces and sorts them into fields and files."""

    def __init__(self, boundary: bytes, folder: Path) -> None:
        self.form = Form()
        self.held = 0
        """Bytes that wait to be written."""
        self._folder = folder
        self._pieces: Work = []
        self._parts = 0
        self._video_bytes = 0
        self._numbered = 0
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._text: bytearray | None = None
        self._file: IO[bytes] | None = None
        self._label = ""
        self._size = 0
        self._open: list[IO[bytes]] = []
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                    "on_part_end": self._part_ends,
                    "on_end": self._form_ends,
                },
            )
        except FormParserError as error:
            raise _malformed(str(error)) from error

    def feed(self, body: bytes) -> None:
        """The next piece of the body."""
        self.form.bytes += len(body)
        if self.form.bytes > MOST_FORM_BYTES:
            raise too_large(self.form.bytes)
        if self._ended:
            return  # what follows the form's end means nothing
        try:
            self._parser.write(body)
        except FormParserError as error:
            raise _malformed(str(error)) from error

    def finish(self) -> None:
        """The body is over."""
        if not self._ended:
            raise _malformed("it ends before its last boundary")

    def take(self) -> Work:
        """What waits to be written."""
        pieces, self._pieces, self.held = self._pieces, [], 0
        return pieces

    def close(self) -> None:
        """Close every file; nothing may be writing any more."""
        for file in self._open:
            file.close()

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _malformed(f"it has more than {MOST_PARTS} parts")
        self._disposition = self._header = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_end(self) -> None:
        kind, options = parse_options_header(self._disposition)
        if kind != b"form-data" or b"name" not in options:
            raise _malformed("a part has no name")
        self._name = options[b"name"].decode("utf-8", "replace")
        self._text, self._file, self._size = None, None, 0
        label = options.get(b"filename")
        if label is None:
            self._text = bytearray()
        elif self._name in FILE_FIELDS:
            self._begin_video(label.decode("utf-8", "replace"))
        elif self._name in KNOWN_FIELDS:
            sentence = "Input should be text, not a file"
            self.form.wrong.append(Invalid(("body", self._name.removesuffix("[]")), sentence, "string_type"))

    def _begin_video(self, label: str) -> None:
        if self._numbered == MOST_FILES:
            sentence = f"There are more than {MOST_FILES} videos: at most {MOST_FILES} may be sent together."
            raise invalid(broken([Violation(FILE_FIELD, sentence, "too_long")]))
        suffix = PurePosixPath(label).suffix.lower()
        path = self._folder / f"video{self._numbered}{suffix if suffix in _SUFFIXES else ''}"
        self._label = label
        self._file = path.open("xb", buffering=0)
        self._open.append(self._file)
        self._pieces.append((self._file, []))
        self._numbered += 1

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._size += end - start
            self._video_bytes += end - start
            if self._video_bytes > MOST_BYTES:
                sentence = f"The videos hold more than {MOST_BYTES} bytes (200 MB): too much to be sent together."
                raise invalid(broken([Violation(FILE_FIELD, sentence)]))
            if not self._pieces or self._pieces[-1][0] is not self._file:
                self._pieces.append((self._file, []))
            self._pieces[-1][1].append(data[start:end])
            self.held += end - start
        elif self._text is not None:
            if len(self._text) + end - start > MOST_FIELD_BYTES:
                sentence = f"The field holds more than {MOST_FIELD_BYTES} bytes."
                raise invalid([Invalid(("body", self._name[:100]), sentence, "string_too_long")])
            self._text += data[start:end]

    def _part_ends(self) -> None:
        if self._file is not None:
            self.form.files.append(Upload(Path(self._file.name), self._label, self._size))
        elif self._text is not None:
            self._field(bytes(self._text))
        self._text, self._file = None, None

    def _field(self, raw: bytes) -> None:
        place = ("body", self._name.removesuffix("[]")[:100])
        if self._name in FILE_FIELDS:
            said = raw[:100].decode("utf-8", "replace")
            sentence = f"The part is not a video: it is the text {said!r}. Send the file itself, not its name."
            self.form.wrong.append(Invalid(place, sentence))
            return
        try:
            self.form.fields.append((self._name, raw.decode("utf-8")))
        except UnicodeDecodeError:
            self.form.wrong.append(Invalid(place, "Input should be text in UTF-8", "string_unicode"))

    def _form_ends(self) -> None:
        self._ended = True


KNOWN_FIELDS = frozenset((*SWITCHES, *TAG_FIELDS, "description", "model_id", "seed", "loudness"))
"""Text fields that mean something."""
