"""XML as text: finds where elements stand, so that a project is edited without touching its other bytes.

    >>> doc = XmlText(b'<?xml version="1.0"?><mlt><track n="1"/></mlt>', "edit.mlt", "mlt")
    >>> doc.text(doc.root.find("track"))
    b'<track n="1"/>'

The tree is lxml's; the places are found by counting: in well-formed XML "<name" stands nowhere but at
the beginning of an element once comments, CDATA and processing instructions are skipped, so that the
third <track> of the tree is the third "<track" of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from cutscore.placers.byte_edits import Edit, apply
from cutscore_composer.errors import InputRefused

Element = etree._Element
MAX_BYTES = 1 << 28
"""Texts longer than this (256 MiB) are refused, as by the readers."""

_SKIPPED = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
_TAG_END = re.compile(rb"""(?:[^<>"']|"[^"]*"|'[^']*')*>""", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(rb"""<!DOCTYPE(?:[^\[<>"']|"[^"]*"|'[^']*')*\[""", re.DOTALL)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Span:
    """Where an element stands: `data[start:end]`; what is inside it `data[open_end:close]`."""

    start: int
    open_end: int
    """Behind the ">" of its start tag."""
    close: int
    """Where its end tag begins; behind the "/>" of an element without one."""
    end: int

    @property
    def is_closed_at_once(self) -> bool:
        """Whether it is written "<name/>"."""
        return self.open_end == self.end


class XmlText:
    """An XML document: its tree, and where its elements stand in its bytes.

    Raises InputRefused, naming `where` (the file), for broken XML, another root than one of `roots`,
    and documents with declarations of their own, which may hold entities.
    """

    def __init__(self, data: bytes, where: str, *roots: str) -> None:
        if len(data) > MAX_BYTES:
            raise InputRefused(f"{where} is larger than {MAX_BYTES >> 20} MiB and is not read.")
        self.original = data
        self.where = where
        self.warnings: list[str] = []
        """What is to be said when music is placed into it; a format's opener adds to it."""
        self.wide = _WIDE.get(data[:2])
        self.data = data if self.wide is None else _narrow(data, self.wide, where)
        """The text in an encoding that contains ASCII; UTF-16 is turned into UTF-8, and back by `edited`."""
        self._spans: dict[str, dict[Element, Span]] = {}
        self.root = self._parse(roots)

    @cached_property
    def encoding(self) -> str:
        """The encoding of `data`."""
        if self.wide is not None or self.data.startswith(_BOM):
            return "utf-8"
        said = _ENCODING.match(self.data)
        return said[1].decode("ascii") if said else "utf-8"

    def tree(self) -> Element:
        """The document parsed anew, to be taken apart; comments and instructions are in it."""
        return etree.fromstring(self.data, _parser(self.wide is not None))

    def span(self, element: Element) -> Span:
        """Where an element of the tree stands."""
        name = self.name(element)
        if name not in self._spans:
            self._spans[name] = self._find(name)
        return self._spans[name][element]

    def text(self, element: Element) -> bytes:
        """An element as it is written."""
        span = self.span(element)
        return self.data[span.start : span.end]

    def attribute(self, element: Element, name: str) -> tuple[int, int] | None:
        """Where the value of an attribute stands, without its quotes."""
        span = self.span(element)
        for found in _ATTRIBUTE.finditer(self.data, span.start, span.open_end):
            if found[1] == name.encode():
                return found.start(2) + 1, found.end(2) - 1
        return None

    def space_before(self, at: int) -> bytes:
        """The white space that ends at `at`."""
        start = at
        while start > 0 and self.data[start - 1] in b" \t\r\n":
            start -= 1
        return self.data[start:at]

    def edited(self, edits: list[Edit]) -> bytes:
        """The whole file with edits of `data` made."""
        data = apply(self.data, edits)
        if self.wide is None:
            return data
        return self.original[:2] + data.decode("utf-8").encode(self.wide)

    def name(self, element: Element) -> str:
        """An element's name as it is written, with its prefix."""
        local = etree.QName(element).localname
        return f"{element.prefix}:{local}" if element.prefix else local

    def _parse(self, roots: tuple[str, ...]) -> Element:
        if _DECLARED.search(re.sub(rb"<!--.*?-->", b"", self.data[:65_536], flags=re.DOTALL)):
            raise InputRefused(
                f"{self.where} has declarations of its own in its DOCTYPE (entities); it is not safe to edit. "
                "Export it again."
            )
        try:
            root = self.tree()
        except etree.XMLSyntaxError as error:
            line, column = error.position
            reason = str(error.msg).split(", line")[0]
            raise InputRefused(
                f"{self.where} is broken XML at line {line}, column {column} ({reason}); export it again."
            ) from error
        except ValueError as error:
            raise InputRefused(f"{self.where} cannot be read as XML ({error}); export it again.") from error
        if roots and etree.QName(root).localname not in roots:
            raise InputRefused(f"{self.where} is XML of another kind (<{etree.QName(root).localname}>).")
        return root

    def _find(self, name: str) -> dict[Element, Span]:
        """Where every element of a name stands, by counting."""
        local = name.rpartition(":")[2]
        elements = [e for e in self.root.iter("{*}" + local) if self.name(e) == name]
        starts: list[tuple[int, int]] = []
        spans: list[Span | None] = []
        is_open: list[int] = []
        # Elements that begin later may end earlier: each end belongs to the last that is open.
        tag = re.compile(_SKIPPED + rb"|<(/?)" + re.escape(name.encode(self.encoding)) + rb"(?=[\s/>])", re.DOTALL)
        for found in tag.finditer(self.data):
            if found[1] is None:
                continue
            head = _TAG_END.match(self.data, found.end())
            if head is None:
                break
            if found[1]:
                if not is_open:
                    break
                index = is_open.pop()
                spans[index] = Span(*starts[index], found.start(), head.end())
                continue
            starts.append((found.start(), head.end()))
            if self.data[head.end() - 2] == 0x2F:  # /
                spans.append(Span(found.start(), head.end(), head.end(), head.end()))
            else:
                is_open.append(len(spans))
                spans.append(None)
        whole = [span for span in spans if span is not None]
        if len(whole) != len(elements) or len(spans) != len(elements):
            raise InputRefused(f"{self.where} cannot be edited safely: its <{name}> cannot be told apart.")
        return dict(zip(elements, whole, strict=True))


def _parser(as_utf8: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8" if as_utf8 else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        strip_cdata=False,
    )


def _narrow(data: bytes, codec: str, where: str) -> bytes:
    try:
        text = data[2:].decode(codec)
    except UnicodeDecodeError as error:
        raise InputRefused(f"{where} is broken text ({codec}); export it again.") from error
    return text.encode("utf-8")
