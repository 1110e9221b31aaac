"""Asked: query and form of a request as the contract's fields; what cannot be read is told entry by entry."""

from __future__ import annotations

from collections.abc import Sequence

from cutscore_composer.contract import DEFAULT_FORMAT, DEFAULT_MODEL, TAG_FIELDS, Fields
from cutscore_composer.error_bodies import Invalid

Pairs = Sequence[tuple[str, str]]

_TRUE = frozenset(("true", "1", "yes", "on", "t", "y"))
_FALSE = frozenset(("false", "0", "no", "off", "f", "n"))


def asked_in_query(query: Pairs) -> tuple[Fields, list[Invalid]]:
    """What the query alone says."""
    wrong: list[Invalid] = []
    last = dict(query)
    logging = _boolean(last.get("enable_logging"), ("query", "enable_logging"), wrong)
    fields = Fields(output_format=last.get("output_format", DEFAULT_FORMAT), enable_logging=logging)
    return fields, wrong


def asked_in_form(query: Fields, form: Pairs) -> tuple[Fields, list[Invalid]]:
    """Query and form together."""
    wrong: list[Invalid] = []
    last = dict(form)

    def switch(name: str) -> bool:
        return bool(_boolean(last.get(name), ("body", name), wrong))

    fields = Fields(
        description=last.get("description"),
        tags=tuple(value for name, value in form if name in TAG_FIELDS and value.strip()),
        output_format=query.output_format,
        model_id=last.get("model_id", DEFAULT_MODEL),
        sign_with_c2pa=switch("sign_with_c2pa"),
        add_sfx=switch("add_sfx"),
        separate_tracks=switch("separate_tracks"),
        use_audio_as_reference=switch("use_audio_as_reference"),
        enable_logging=query.enable_logging,
        seed=_whole(last.get("seed"), ("body", "seed"), wrong),
        loudness=last.get("loudness"),
        stems=switch("stems"),
    )
    return fields, wrong


def _boolean(text: str | None, loc: tuple[str, str], wrong: list[Invalid]) -> bool | None:
    if text is None:
        return None
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        wrong.append(Invalid(loc, "Input should be a valid boolean, unable to interpret input", "bool_parsing"))
    return word in _TRUE


def _whole(text: str | None, loc: tuple[str, str], wrong: list[Invalid]) -> int | None:
    if text is None:
        return None
    word = text.strip()
    if not (word.isascii() and word.removeprefix("-").isdigit() and len(word) <= 20):
        message = "Input should be a valid integer, unable to parse string as an integer"
        wrong.append(Invalid(loc, message, "int_parsing"))
        return None
    return int(word)
