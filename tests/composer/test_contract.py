"""The contract: its formats as the reference names them, each rule its own sentence, every shape of error body."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.contract import FORMATS, Fields, output_format, server_error, validate, violations
from cutscore_composer.errors import InputRefused

REFERENCE = """
mp3_22050_32 mp3_24000_48 mp3_44100_32 mp3_44100_64 mp3_44100_96 mp3_44100_128 mp3_44100_192
pcm_8000 pcm_16000 pcm_22050 pcm_24000 pcm_32000 pcm_44100 pcm_48000 ulaw_8000 alaw_8000
opus_48000_32 opus_48000_64 opus_48000_96 opus_48000_128 opus_48000_192
""".split()


def test_the_formats_are_the_21_of_the_reference() -> None:
    """Names in the reference's order; codec, rate and bit rate are those in the name."""
    assert list(FORMATS) == REFERENCE
    for name, form in FORMATS.items():
        parts = name.split("_")
        kilobits = int(parts[2]) if len(parts) == 3 else None
        assert (form.name, form.codec, form.sample_rate, form.kilobits) == (name, parts[0], int(parts[1]), kilobits)
        assert form.headerless == (parts[0] in {"pcm", "ulaw", "alaw"})
        assert form.extension.startswith(".")
        assert form.content_type.startswith("audio/")
    assert {name: form.tier for name, form in FORMATS.items() if form.tier} == {
        "mp3_44100_192": "Creator",
        "pcm_44100": "Pro",
    }


GOOD: dict[str, Any] = {"sizes": [20_000_000] * 10, "seconds": 600}


def test_the_limits_themselves_are_allowed() -> None:
    """10 files, 200 MB, 600 s, 1000 characters, 10 tags, C2PA with mp3."""
    fields = Fields(description="x" * 1000, tags=("t",) * 10, sign_with_c2pa=True)
    assert validate(fields, **GOOD).name == "mp3_44100_128"
    assert validate(Fields(description="x" * 4100), description_limit=4100, **GOOD).codec == "mp3"


BROKEN: list[tuple[Fields, dict[str, Any], str, str]] = [
    (Fields(), {"sizes": [1] * 11}, "videos", "11 videos are too many: at most 10"),
    (Fields(), {"sizes": []}, "videos", "No video"),
    (Fields(), {"sizes": [199_999_999, 2]}, "videos", "200000001 bytes: at most 200000000"),
    (Fields(), {"seconds": Fraction(6001, 10)}, "videos", "last 600.10 s: at most 600 s"),
    (Fields(description=""), {}, "description", "empty"),
    (Fields(description="x" * 1001), {}, "description", "1001 characters: at most 1000"),
    (Fields(description="x" * 4101), {"description_limit": 4100}, "description", "4101 characters: at most 4100"),
    (Fields(tags=("t",) * 11), {}, "tags", "11 tags are too many: at most 10"),
    (Fields(output_format="wav_1"), {}, "output_format", "'wav_1' is unknown; allowed are mp3_22050_32,"),
    (Fields(model_id="music_v9"), {}, "model_id", "'music_v9' is unknown; allowed are music_v1, music_v2, music_v2_5"),
    (Fields(output_format="opus_48000_96", sign_with_c2pa=True), {}, "sign_with_c2pa", "mp3 formats only"),
    (Fields(output_format="pcm_44100", sign_with_c2pa=True), {}, "sign_with_c2pa", "mp3 formats only"),
]


@pytest.mark.parametrize(("fields", "media", "field", "says"), BROKEN)
def test_each_broken_rule_has_its_own_sentence(fields: Fields, media: dict[str, Any], field: str, says: str) -> None:
    """One rule broken: one violation at its field, and InputRefused with that sentence."""
    found = violations(fields, **media)
    assert [violation.field for violation in found] == [field]
    assert says in found[0].sentence
    assert found[0].sentence.endswith(".")
    with pytest.raises(InputRefused) as caught:
        validate(fields, **media)
    assert str(caught.value) == found[0].sentence


def test_several_broken_rules_are_all_told() -> None:
    """Nobody should mend one thing to learn of the next."""
    fields = Fields(description="", tags=("t",) * 11, output_format="?", model_id="?")
    assert len(violations(fields, sizes=[1] * 11, seconds=601)) == 6


def test_an_unknown_format_lists_the_allowed_ones() -> None:
    """The sentence is enough to mend it."""
    with pytest.raises(InputRefused) as caught:
        output_format("mp3")
    assert all(name in str(caught.value) for name in REFERENCE)


def test_form_and_query_are_written_as_clients_write_them() -> None:
    """Booleans as true and false, tags repeated, what is off and optional left out."""
    plain = Fields()
    assert plain.query() == [("output_format", "mp3_44100_128")]
    assert plain.form() == [("model_id", "music_v1"), ("sign_with_c2pa", "false")]
    full = Fields("calm", ("a", "b"), add_sfx=True, separate_tracks=True, use_audio_as_reference=True,
                  enable_logging=True)  # fmt: skip
    assert full.query()[1] == ("enable_logging", "true")
    assert [name for name, _ in full.form()] == [
        "description", "tags", "tags", "model_id", "sign_with_c2pa", "add_sfx", "separate_tracks",
        "use_audio_as_reference",
    ]  # fmt: skip


BODIES: list[tuple[bytes, str, str, str]] = [
    (b'{"detail": {"status": "quota_exceeded", "message": "3 left"}}', "3 left", "quota_exceeded", ""),
    (b'{"detail": {"status": "bad_prompt", "message": "no", "data": {"prompt_suggestion": "calm\\npiano"}}}',
     "no", "bad_prompt", "calm piano"),
    (b'{"detail": [{"loc": ["body", "videos", 0], "msg": "bad", "type": "t"}, {"loc": [], "msg": "worse"}]}',
     "videos.0: bad; worse", "", ""),
    (b'{"detail": "words"}', "words", "", ""),
    (b'{"detail": {"status": "system_busy"}}', "system_busy", "system_busy", ""),
    (b'{"message": "no wrapper", "code": "x1"}', "no wrapper", "x1", ""),
    (b'{"error": {"message": "nested", "type": "t"}}', "nested", "t", ""),
    (b'{"error": "plain"}', "plain", "", ""),
    (b'{"detail": null, "message": "after null"}', "after null", "", ""),
    (b'["one", "two"]', "one; two", "", ""),
    (b'"a string"', "a string", "", ""),
    (b"<!DOCTYPE html><html><head><title>502 Bad\n Gateway</title></head></html>", "502 Bad Gateway", "", ""),
    (b"<html><body>no heading</body></html>", "", "", ""),
    (b"Internal Server Error", "Internal Server Error", "", ""),
    (b"", "", "", ""),
    (b"\xff\xfe\x00", "", "", ""),
    (b"{broken", "{broken", "", ""),
    (b"\x1b[31mred\x07", "[31mred", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message", "code", "suggestion"), BODIES)
def test_every_shape_of_error_body_gives_its_best_words(body: bytes, message: str, code: str, suggestion: str) -> None:
    """Message, code and suggestion out of each shape that servers are known to send."""
    found = server_error(body)
    assert (found.message, found.code, found.suggestion) == (message, code, suggestion)


def test_only_json_counts_as_the_application_speaking() -> None:
    """A gateway's page must not be taken for the application's own word."""
    assert server_error(b'{"detail": "x"}').json
    assert not server_error(b"<html></html>").json
    assert not server_error(b"oops").json


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["detail", "message", "msg", "loc", "status", "data", "error", "prompt_suggestion", "x"]),
            inner,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_gives_one_short_printable_line(value: Any) -> None:
    """Whatever a server sends: no exception, one line, no control characters."""
    found = server_error(json.dumps(value).encode())
    for text in (found.message, found.suggestion):
        assert text == " ".join(text.split())
        assert text.isprintable()
    assert len(found.message) <= 400 * 6


@given(st.binary(max_size=300))
def test_any_bytes_give_one_short_printable_line(body: bytes) -> None:
    """The same for bytes that are nothing."""
    text = server_error(body).message
    assert text.isprintable()
    assert len(text) <= 400
