"""The contract of video-to-music over HTTP: fields, limits, the 21 output formats, validation and error bodies.

The HTTP engine and the HTTP server both read it here and nowhere else.

    >>> output_format("pcm_44100").content_type
    'audio/pcm'
    >>> validate(Fields(description="calm"), sizes=[1_000_000], seconds=30.0).name
    'mp3_44100_128'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cutscore_composer.error_bodies import ServerError as ServerError
from cutscore_composer.error_bodies import server_error as server_error
from cutscore_composer.errors import InputRefused
from cutscore_composer.mix.loudness_targets import loudness_target

PATH = "/v1/music/video-to-music"
KEY_HEADER = "xi-api-key"
FILE_FIELD = "videos"
FILE_FIELDS = ("videos", "videos[]")
"""Names under which a server takes the files; clients send the first."""
TAG_FIELDS = ("tags", "tags[]")

MOST_FILES = 10
MOST_BYTES = 200_000_000
"""All files together. The contract says 200 MB; the stricter reading (not 200 MiB) is accepted everywhere."""
MOST_SECONDS = 600
LONGEST_DESCRIPTION = 1000
"""Characters. Newer clients allow LONGEST_DESCRIPTION_NEWER."""
LONGEST_DESCRIPTION_NEWER = 4100
MOST_TAGS = 10

MODELS = ("music_v1", "music_v2", "music_v2_5")
DEFAULT_MODEL = "music_v1"
DEFAULT_FORMAT = "mp3_44100_128"

MOST_SEED = 2**32 - 1

SONG_ID, REQUEST_ID, CHARACTER_COST = "song-id", "request-id", "character-cost"
"""Response headers that are recorded."""
CURRENT_REQUESTS, MAXIMUM_REQUESTS = "current-concurrent-requests", "maximum-concurrent-requests"
SEED = "seed"
"""Response header of our own server: the seed of the music, whether it was asked for or drawn."""
QUERY_FIELDS = ("output_format", "enable_logging")
SWITCHES = ("sign_with_c2pa", "add_sfx", "separate_tracks", "use_audio_as_reference", "stems")
"""The form's booleans."""
TIERS = ("Free", "Starter", "Creator", "Pro", "Scale", "Business", "Enterprise")
"""The cloud's plans, the lowest first."""

Codec = Literal["mp3", "pcm", "ulaw", "alaw", "opus"]


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """One of the contract's formats."""

    name: str
    codec: Codec
    sample_rate: int
    """Hertz."""
    kilobits: int | None
    """Bit rate in kbit/s; None where the codec has one only."""
    content_type: str
    extension: str
    """With its dot."""
    tier: str = ""
    """The cloud's lowest plan that may ask for it; empty: every plan."""

    @property
    def headerless(self) -> bool:
        """Whether the answer is bare samples that no program recognises."""
        return self.codec in ("pcm", "ulaw", "alaw")


_MEDIA: Mapping[Codec, tuple[str, str]] = {
    "mp3": ("audio/mpeg", ".mp3"),
    "pcm": ("audio/pcm", ".pcm"),
    "ulaw": ("audio/basic", ".ulaw"),
    "alaw": ("audio/x-alaw-basic", ".alaw"),
    "opus": ("audio/ogg", ".opus"),
}


def _formats() -> Iterable[OutputFormat]:
    pairs: list[tuple[Codec, int, int | None]] = [("mp3", 22050, 32), ("mp3", 24000, 48)]
    pairs += [("mp3", 44100, kilobits) for kilobits in (32, 64, 96, 128, 192)]
    pairs += [("pcm", rate, None) for rate in (8000, 16000, 22050, 24000, 32000, 44100, 48000)]
    pairs += [("ulaw", 8000, None), ("alaw", 8000, None)]
    pairs += [("opus", 48000, kilobits) for kilobits in (32, 64, 96, 128, 192)]
    tiers = {"mp3_44100_192": "Creator", "pcm_44100": "Pro"}
    for codec, rate, kilobits in pairs:
        name = f"{codec}_{rate}" + (f"_{kilobits}" if kilobits else "")
        content_type, extension = _MEDIA[codec]
        yield OutputFormat(name, codec, rate, kilobits, content_type, extension, tiers.get(name, ""))


FORMATS: Mapping[str, OutputFormat] = {form.name: form for form in _formats()}
"""The 21 output formats by name."""


def output_format(name: str) -> OutputFormat:
    """The format called `name`. Raises InputRefused with the list of all when there is none."""
    if name not in FORMATS:
        raise InputRefused(_unknown("output_format", name, FORMATS))
    return FORMATS[name]


@dataclass(frozen=True, slots=True)
class Fields:
    """Everything of a request but its files and its key."""

    description: str | None = None
    tags: tuple[str, ...] = ()
    output_format: str = DEFAULT_FORMAT
    model_id: str = DEFAULT_MODEL
    sign_with_c2pa: bool = False
    add_sfx: bool = False
    separate_tracks: bool = False
    use_audio_as_reference: bool = False
    enable_logging: bool | None = None
    """None leaves it to the server."""
    seed: int | None = None
    """This and what follows is our own: other servers have no such fields and pass over them."""
    loudness: str | None = None
    """A loudness target by name or in LUFS."""
    stems: bool = False
    """Whether the answer is to be a ZIP of the stems."""

    def query(self) -> list[tuple[str, str]]:
        """The query parameters, in order."""
        logging = [] if self.enable_logging is None else [("enable_logging", _boolean(self.enable_logging))]
        return [("output_format", self.output_format), *logging]

    def form(self) -> list[tuple[str, str]]:
        """The form fields beside the files, in order; optional booleans only when they are on."""
        rows = [] if self.description is None else [("description", self.description)]
        rows += [("tags", tag) for tag in self.tags]
        rows += [("model_id", self.model_id), ("sign_with_c2pa", _boolean(self.sign_with_c2pa))]
        rows += [(name, "true") for name in SWITCHES[1:] if getattr(self, name)]
        own = [("seed", self.seed), ("loudness", self.loudness)]
        return rows + [(name, str(value)) for name, value in own if value is not None]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a request breaks: the field and one sentence."""

    field: str
    sentence: str
    kind: str = "value_error"
    """The word for programs, as FastAPI has it in a 422."""


def violations(
    fields: Fields,
    sizes: Sequence[int] | None = None,
    seconds: Fraction | float | None = None,
    *,
    description_limit: int = LONGEST_DESCRIPTION,
) -> list[Violation]:
    """Every rule that a request breaks.

    `sizes` are the files' bytes, `seconds` their length together; None: not known yet.
    """
    found = [*_media_violations(sizes, seconds), *_word_violations(fields, description_limit)]
    if fields.output_format not in FORMATS:
        found.append(Violation("output_format", _unknown("output_format", fields.output_format, FORMATS), "enum"))
    elif fields.sign_with_c2pa and FORMATS[fields.output_format].codec != "mp3":
        sentence = f"sign_with_c2pa works with mp3 formats only, not with {fields.output_format}."
        found.append(Violation("sign_with_c2pa", sentence))
    if fields.model_id not in MODELS:
        found.append(Violation("model_id", _unknown("model_id", fields.model_id, MODELS), "enum"))
    return [*found, *_own_violations(fields)]


def validate(
    fields: Fields,
    sizes: Sequence[int] | None = None,
    seconds: Fraction | float | None = None,
    *,
    description_limit: int = LONGEST_DESCRIPTION,
) -> OutputFormat:
    """The output format of a request that keeps every rule.

    Raises InputRefused with one sentence for each broken one.
    """
    found = violations(fields, sizes, seconds, description_limit=description_limit)
    if found:
        raise InputRefused(" ".join(violation.sentence for violation in found))
    return FORMATS[fields.output_format]


def _media_violations(sizes: Sequence[int] | None, seconds: Fraction | float | None) -> Iterable[Violation]:
    if sizes is not None:
        if not sizes:
            yield Violation(FILE_FIELD, "No video is sent: the request needs 1 to 10 files.", "missing")
        if len(sizes) > MOST_FILES:
            sentence = f"{len(sizes)} videos are too many: at most {MOST_FILES} may be sent together."
            yield Violation(FILE_FIELD, sentence, "too_long")
        if sum(sizes) > MOST_BYTES:
            yield Violation(
                FILE_FIELD, f"The videos hold {sum(sizes)} bytes: at most {MOST_BYTES} (200 MB) may be sent together."
            )
    if seconds is not None and seconds > MOST_SECONDS:
        yield Violation(
            FILE_FIELD,
            f"The videos last {float(seconds):.2f} s: at most {MOST_SECONDS} s may be sent together.",
        )


def _word_violations(fields: Fields, description_limit: int) -> Iterable[Violation]:
    if fields.description is not None:
        length = len(fields.description)
        if length == 0:
            sentence = "The description is empty: leave it out or write 1 character or more."
            yield Violation("description", sentence, "string_too_short")
        if length > description_limit:
            sentence = f"The description has {length} characters: at most {description_limit} are allowed."
            yield Violation("description", sentence, "string_too_long")
    if len(fields.tags) > MOST_TAGS:
        yield Violation("tags", f"{len(fields.tags)} tags are too many: at most {MOST_TAGS} are allowed.", "too_long")


def _own_violations(fields: Fields) -> Iterable[Violation]:
    if fields.seed is not None and not 0 <= fields.seed <= MOST_SEED:
        yield Violation("seed", f"seed {fields.seed} is out of range: 0 to {MOST_SEED}.")
    if fields.loudness is not None:
        try:
            loudness_target(fields.loudness)
        except ValueError as error:
            yield Violation("loudness", f"loudness {error}.")


def _unknown(field: str, value: str, allowed: Iterable[str]) -> str:
    return f"{field} {value!r} is unknown; allowed are {', '.join(allowed)}."


def _boolean(value: bool) -> str:
    return "true" if value else "false"
