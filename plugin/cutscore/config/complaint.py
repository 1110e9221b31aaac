"""What is wrong with a configuration, as one sentence: file, line, column, allowed values, nearest name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cutscore.config.document import Document, Loc

_SECRET = {"api_key", "webhook_secret", "webhook", "database", "url"}
"""Values under these names are never repeated in a message."""

_KINDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "string": "text (in quotes if it looks like a number)",
    "tuple": "a list, like [a, b]",
    "list": "a list, like [a, b]",
    "dict": "a section with 'name: value' lines",
    "model": "a section with 'name: value' lines",
    "path": "a path",
}


def complaint(error: ValidationError, document: Document, model: type[BaseModel]) -> str:
    """The first problem in the order of the file, and how many more there are."""
    problems = sorted(
        (_position(document, row["loc"]), _sentence(row, document, model)) for row in error.errors(include_url=False)
    )
    more = len(problems) - 1
    return problems[0][1] + (f" ({more} more {'problem' if more == 1 else 'problems'} in this file.)" if more else "")


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` or nothing."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def dotted(loc: Loc) -> str:
    """ "music.tags[2]"."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def reason(row: ErrorDetails, secret: bool = False) -> str:
    """What is wrong with one value, to be read after its name: "must be a whole number, not 'x'"."""
    kind, context, value = row["type"], row.get("ctx", {}), row.get("input")
    shown = "" if secret or isinstance(value, dict | list | tuple) else f", not {_short(value)}"
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        choices = [choice.strip("'") for choice in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return f"must be {context['expected']}{shown}{'' if secret else nearest(str(value), choices)}"
    for name, limit in (
        ("greater_than_equal", "at least"),
        ("greater_than", "more than"),
        ("less_than_equal", "at most"),
        ("less_than", "less than"),
    ):
        if kind == name:
            return f"must be {limit} {next(iter(context.values()))}{shown}"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "string_too_long":
        return f"must not be longer than {context['max_length']} characters"
    if kind == "int_from_float":
        return f"must be a whole number{shown}"
    wanted = _KINDS.get(kind.split("_")[0])
    return f"must be {wanted}{shown}" if wanted else row["msg"][:1].lower() + row["msg"][1:]


def _sentence(row: ErrorDetails, document: Document, model: type[BaseModel]) -> str:
    loc = row["loc"]
    if row["type"] == "extra_forbidden":
        known = sorted(_names(model, loc[:-1]))
        where = f" in {dotted(loc[:-1])}" if loc[:-1] else ""
        hint = nearest(str(loc[-1]), known)
        stop = "" if hint.endswith("?") else "."
        listed = f" Known{where or ' here'}: {', '.join(known)}."
        return f"{document.place(loc, key=True)}: unknown setting {str(loc[-1])!r}{where}{hint}{stop}{listed}"
    if row["type"] == "missing":
        return f"{document.place(loc[:-1], key=True)}: {dotted(loc[:-1])} lacks {str(loc[-1])!r}."
    text = reason(row, secret=any(step in _SECRET for step in loc))
    return f"{document.place(loc)}: {dotted(loc)} {text}{'' if text.endswith('?') else '.'}"


def _position(document: Document, loc: Loc) -> tuple[int, int]:
    line, column = document.place(loc).rsplit(":", 2)[-2:]
    return int(line), int(column)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _names(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The settings that the section at `loc` may hold."""
    current: Any = model
    for step in loc:
        if isinstance(current, type) and issubclass(current, BaseModel):
            found = current.model_fields.get(str(step))
            current = None if found is None else _section_in(found.annotation)
    return tuple(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else ()


def _section_in(annotation: Any) -> Any:
    """The model class that an annotation leads to, through Optional, tuples and dicts."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, Annotated, tuple, dict):
        return next((found for part in get_args(annotation) if (found := _section_in(part)) is not None), None)
    return None
