"""Writes XML in the manner of the file that it goes into: its line ends, indentation, quotes and encoding.

    >>> doc = XmlText(b"<a>\\n  <b/>\\n</a>", "edit.xml")
    >>> writer = XmlWriter(doc)
    >>> doc.edited([writer.last_in(doc.root, Node("c", {"n": "1"}))])
    b'<a>\\n  <b/>\\n  <c n="1"/>\\n</a>'

Every insertion brings the white space that stands before it, so that taking an element away together
with the white space before it gives back what was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from lxml import etree

from cutscore.placers.byte_edits import Edit
from cutscore.placers.xml_text import Element, XmlText

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """An element to be written: a text or children, not both."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Sequence[Node | Verbatim] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """An element exactly as it stands in some file."""

    text: bytes


def leaf(tag: str, text: object = "") -> Node:
    """An element that holds a text; true and false are TRUE and FALSE."""
    return Node(tag, text=str(text).upper() if isinstance(text, bool) else str(text))


class XmlWriter:
    """Writes into one document."""

    def __init__(self, doc: XmlText) -> None:
        self.doc = doc
        self.newline, self.unit = _layout(doc)
        body = doc.data[doc.span(doc.root).start :][:4096]
        self.quote = "'" if re.search(rb"=\s*'", body) and not re.search(rb'=\s*"', body) else '"'

    def after(self, sibling: Element, node: Node | Verbatim) -> Edit:
        """The insertion of an element behind another."""
        span = self.doc.span(sibling)
        return Edit(span.end, span.end, self._line(sibling) + self._bytes(node, self.indent_of(sibling)))

    def before(self, sibling: Element, node: Node | Verbatim) -> Edit:
        """The insertion of an element before another."""
        start = self.doc.span(sibling).start
        at = start - len(self.doc.space_before(start))
        return Edit(at, at, self._line(sibling) + self._bytes(node, self.indent_of(sibling)))

    def first_in(self, parent: Element, node: Node | Verbatim) -> Edit:
        """The insertion of an element before all children of another."""
        children = elements_in(parent)
        return self.before(children[0], node) if children else self.into_empty(parent, [node])

    def last_in(self, parent: Element, node: Node | Verbatim) -> Edit:
        """The insertion of an element behind all children of another."""
        children = elements_in(parent)
        return self.after(children[-1], node) if children else self.into_empty(parent, [node])

    def into_empty(self, parent: Element, nodes: Sequence[Node | Verbatim]) -> Edit:
        """Children for an element that has none."""
        span, outer = self.doc.span(parent), self.indent_of(parent)
        lines = b"".join(
            self._encoded(f"{self.newline}{outer}{self.unit}" if self.newline else "")
            + self._bytes(node, outer + self.unit)
            for node in nodes
        )
        last = self._encoded(f"{self.newline}{outer}" if self.newline else "")
        if not span.is_closed_at_once:
            blank = not self.doc.data[span.open_end : span.close].strip() and span.close > span.open_end
            return Edit(span.open_end, span.open_end, lines if blank else lines + last)
        head = self.doc.data[span.start : span.open_end - 2]
        open_end = span.start + len(head.rstrip())
        return Edit(open_end, span.end, b">" + lines + last + self._encoded(f"</{self.doc.name(parent)}>"))

    def replaced(self, element: Element, node: Node | Verbatim) -> Edit:
        """Another element in the place of one."""
        span = self.doc.span(element)
        return Edit(span.start, span.end, self._bytes(node, self.indent_of(element)))

    def removed(self, element: Element) -> Edit:
        """An element taken away, with the white space before it."""
        span = self.doc.span(element)
        return Edit(span.start - len(self.doc.space_before(span.start)), span.end, b"")

    def with_text(self, element: Element, text: object) -> Edit:
        """Another text in an element that holds a text (or nothing)."""
        span = self.doc.span(element)
        new = self._encoded(escaped(str(text)))
        if not span.is_closed_at_once:
            return Edit(span.open_end, span.close, new)
        head = self.doc.data[span.start : span.open_end - 2].rstrip()
        return Edit(span.start + len(head), span.end, b">" + new + self._encoded(f"</{self.doc.name(element)}>"))

    def with_attribute(self, element: Element, name: str, value: object) -> Edit:
        """An attribute set: where it stands, else as the last one."""
        place = self.doc.attribute(element, name)
        if place is not None:
            quote = chr(self.doc.data[place[1]])
            return Edit(*place, self._encoded(_in_quotes(str(value), quote)))
        span = self.doc.span(element)
        at = span.open_end - (2 if self.doc.data[span.open_end - 2] == 0x2F else 1)
        at -= len(self.doc.space_before(at))
        return Edit(at, at, self._encoded(f" {name}={self._quoted(str(value))}"))

    def indent_of(self, element: Element) -> str:
        """The white space before an element in its line."""
        space = self.doc.space_before(self.doc.span(element).start)
        if b"\n" in space:
            return space.rpartition(b"\n")[2].decode("ascii")
        depth = sum(1 for _ in element.iterancestors())
        return self.unit * depth if self.newline else ""

    def bytes_of(self, node: Node | Verbatim, indent: str = "") -> bytes:
        """An element as it is written into this document; its first line already stands at `indent`."""
        return self._bytes(node, indent)

    def _line(self, element: Element) -> bytes:
        """The white space before an element: a new line like its own."""
        space = self.doc.space_before(self.doc.span(element).start)
        if space or not self.newline:
            return space
        return self._encoded(self.newline + self.indent_of(element))

    def _bytes(self, node: Node | Verbatim, indent: str) -> bytes:
        if isinstance(node, Verbatim):
            return node.text
        head = f"<{node.tag}" + "".join(f" {name}={self._quoted(value)}" for name, value in node.attributes.items())
        if not node.children:
            text = escaped(node.text)
            return self._encoded(f"{head}>{text}</{node.tag}>" if text else f"{head}/>")
        line = self._encoded(self.newline + indent + self.unit if self.newline else "")
        inside = b"".join(line + self._bytes(child, indent + self.unit) for child in node.children)
        last = self.newline + indent if self.newline else ""
        return self._encoded(f"{head}>") + inside + self._encoded(f"{last}</{node.tag}>")

    def _quoted(self, value: str) -> str:
        return f"{self.quote}{_in_quotes(value, self.quote)}{self.quote}"

    def _encoded(self, text: str) -> bytes:
        return text.encode(self.doc.encoding, "xmlcharrefreplace")


def elements_in(parent: Element) -> list[Element]:
    """The children of an element without comments and instructions."""
    return [child for child in parent if isinstance(child.tag, str)]


def escaped(text: str) -> str:
    """A text as XML holds it; characters that XML cannot hold become "\\ufffd"."""
    text = _NOT_XML.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def take_out(element: Element) -> None:
    """Take an element out of a tree (of `XmlText.tree`) with the white space before it, as it was inserted."""
    parent = element.getparent()
    assert parent is not None
    before, tail = element.getprevious(), element.tail
    parent.remove(element)
    if before is None:
        parent.text = tail
    else:
        before.tail = tail


def canonical(root: Element, empty: Sequence[str] = ()) -> bytes:
    """A tree in XML's canonical form; elements called as in `empty` that hold nothing but white space are empty."""
    for element in root.iter(*empty) if empty else ():
        if len(element) == 0 and element.text and not element.text.strip():
            element.text = None
    return etree.tostring(root, method="c14n", with_comments=True)


def digest(text: bytes) -> str:
    """A short hash of an element, however it is laid out: by it we know again what we wrote."""
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    canonical = etree.tostring(etree.fromstring(text, parser), method="c14n")
    return sha256(canonical).hexdigest()[:16]


def _in_quotes(value: str, quote: str) -> str:
    value = escaped(value).replace("\n", "&#10;").replace("\t", "&#9;")
    return value.replace('"', "&quot;") if quote == '"' else value.replace("'", "&apos;")


def _layout(doc: XmlText) -> tuple[str, str]:
    """Line end and one step of indentation; both empty for a file on one line."""
    for parent in [doc.root, *elements_in(doc.root)[:5]]:
        for child in elements_in(parent)[:1]:
            inner = doc.space_before(doc.span(child).start)
            if b"\n" not in inner:
                continue
            outer = doc.space_before(doc.span(parent).start).rpartition(b"\n")[2]
            unit = inner.rpartition(b"\n")[2].removeprefix(outer)
            return ("\r\n" if b"\r\n" in inner else "\n"), unit.decode("ascii")
    return "", ""
