"""The JSON scanner and writer, against the standard library's reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.json_text import JsonText, Value, load
from cutscore.placers.json_write import Layout, appended, dump, layout_of, with_elements, with_member
from cutscore_composer.errors import InputRefused

SPACE = st.text(" \t\r\n", max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)

RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy: slowness is not what these tests are about."""


@st.composite
def odd_text(draw: st.DrawFn, value: Any) -> str:
    """`value` as JSON with white space wherever it is allowed and any escapes."""

    def write(item: Any) -> str:
        before, after = draw(SPACE), draw(SPACE)
        if isinstance(item, dict):
            rows = [f"{draw(SPACE)}{quoted(key)}{draw(SPACE)}:{write(one)}" for key, one in item.items()]
            body = "{" + (",".join(rows) or draw(SPACE)) + "}"
        elif isinstance(item, list):
            body = "[" + (",".join(write(one) for one in item) or draw(SPACE)) + "]"
        else:
            body = quoted(item)
        return before + body + after

    def quoted(item: Any) -> str:
        return json.dumps(item, ensure_ascii=draw(st.booleans()))

    return write(value)


def same(one: Any, other: Any) -> bool:
    """Equality in which NaN equals NaN."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@RELAXED
@given(st.data())
def test_every_value_is_found_where_it_stands(data: st.DataObject) -> None:
    """Walking a document of any formatting by spans gives the values that json gives."""
    value = data.draw(VALUES)
    text = data.draw(odd_text(value)).encode("utf-8", "surrogatepass")
    if b"\xed" in text:
        text = json.dumps(value).encode()
    doc = JsonText(text)

    def walk(at: Value) -> Any:
        if doc.kind(at) == "{":
            return {key: walk(member) for key, member in doc.members(at)}
        if doc.kind(at) == "[":
            return [walk(element) for element in doc.elements(at)]
        return json.loads(doc.text(at))

    assert same(json.loads(text), walk(doc.root))


@RELAXED
@given(st.data())
def test_an_appended_element_is_one_insertion(data: st.DataObject) -> None:
    """In an array of any formatting: json sees one more element, and the rest of the bytes stay."""
    values = data.draw(st.lists(VALUES, max_size=4))
    new = data.draw(VALUES)
    text = data.draw(odd_text({"a": 1, "list": values, "z": [[]]})).encode("utf-8", "replace")
    expected = json.loads(text)["list"]
    doc = JsonText(text)
    array = doc.member(doc.root, "list")
    assert array is not None
    layout = layout_of(doc)
    edit = appended(doc, array, layout, lambda indent: dump(new, layout, indent))
    result = apply(text, [edit])
    assert edit.start == edit.end
    assert same([*expected, json.loads(dump(new, layout))], json.loads(result)["list"])
    assert text == result[: edit.start] + result[edit.start + len(edit.new) :]


@RELAXED
@given(st.data())
def test_a_member_is_set_in_place(data: st.DataObject) -> None:
    """Setting a member changes that one alone, whether it is there or not."""
    value = data.draw(st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=4))
    key = data.draw(st.sampled_from(sorted(value)) | st.text(min_size=5, max_size=6))
    text = data.draw(odd_text(value)).encode("utf-8", "replace")
    value = json.loads(text)
    key = json.loads(json.dumps(key).encode("utf-8", "replace"))
    doc = JsonText(text)
    result = apply(text, [with_member(doc, doc.root, layout_of(doc), key, {"new": [1]})])
    assert same({**value, key: {"new": [1]}}, json.loads(result))


@RELAXED
@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    """The writer's text means what it was given, in every layout."""
    value = data.draw(VALUES)
    layouts = [Layout(), Layout("\r\n", "\t"), Layout("", "", ", ", ": "), Layout("", "", ",", ":")]
    for layout in layouts:
        text = dump(value, layout, "  ")
        assert same(json.loads(json.dumps(value).encode()), json.loads(text)) or "\\ud" in json.dumps(value)
        assert layout.newline != "\r\n" or text.count(b"\n") == text.count(b"\r\n")


def test_numbers_keep_their_spelling() -> None:
    """Numbers and constants pass through as they are written."""
    text = b"[1, 1.0, 1.50, 1e3, 1E+2, -0, 23.976024627685547, 123456789012345678901234567890, NaN, -Infinity]"
    assert text == dump(load(text), Layout("", "", ", ", ": "))


@pytest.mark.parametrize(
    ("text", "newline", "unit"),
    [
        (b'{\n    "a": 1\n}', "\n", "    "),
        (b'{\r\n\t"a": 1\r\n}', "\r\n", "\t"),
        (b'{"a": 1, "b": [2]}', "", ""),
        (b'{"a":1}', "", ""),
        (b'\xef\xbb\xbf{\n "a": 1}\n', "\n", " "),
    ],
)
def test_the_layout_of_a_file_is_seen(text: bytes, newline: str, unit: str) -> None:
    """Line ends and indentation are those of the file."""
    layout = layout_of(JsonText(text))
    assert (newline, unit) == (layout.newline, layout.unit)


def test_an_array_is_written_as_the_file_is() -> None:
    """A rewritten array has the file's indentation."""
    doc = JsonText(b'{\n  "list": [\n    1\n  ]\n}')
    array = doc.member(doc.root, "list")
    assert array is not None
    writes = [lambda indent: dump({"a": 2}, layout_of(doc), indent), lambda indent: b"3"]
    result = apply(doc.data, [with_elements(doc, array, layout_of(doc), writes)])
    assert json.dumps({"list": [{"a": 2}, 3]}, indent=2).encode() == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "not valid JSON"),
        (b'{"a": 1', "line 1, column"),
        (b'{"a": 1}}', "not valid JSON"),
        (b'{"a": [1, 2}', "line 1, column 12"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
    ],
)
def test_what_is_not_json_is_refused(text: bytes, message: str) -> None:
    """One sentence with the file and the place."""
    with pytest.raises(InputRefused, match=message) as refused:
        JsonText(text, "edit.otio")
    assert str(refused.value).startswith("edit.otio ")


def test_a_field_that_stands_twice_is_refused() -> None:
    """Which of two equal keys counts is not known: such an object is not edited."""
    doc = JsonText(b'{"a": 1, "a": 2}', "edit.otio")
    with pytest.raises(InputRefused, match="twice"):
        doc.member(doc.root, "a")


def test_edits_at_one_place_keep_their_order() -> None:
    """Insertions are made in the order they were given."""
    assert apply(b"ab", [Edit(1, 1, b"1"), Edit(1, 1, b"2"), Edit(0, 1, b"A")]) == b"A12b"
