"""The text of an MLT project: where elements inside others stand is found by reading their parent alone.

A project of ten thousand clips holds hundreds of thousands of <property> elements; counting all of them
to find one (as `XmlText` does) takes longer than all the rest of a placing.
"""

from __future__ import annotations

import re

from cutscore.placers.xml_text import Element, Span, XmlText
from cutscore.placers.xml_write import elements_in

_TAG = re.compile(
    rb"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<end>/)?(?:[^<>"']|"[^"]*"|'[^']*')*>""",
    re.DOTALL,
)


class MltText(XmlText):
    """An XML text that reads the insides of an element only when one of its children is asked for."""

    def __init__(self, xml: XmlText) -> None:
        self.__dict__.update(vars(xml))
        self._inner: dict[Element, dict[Element, Span]] = {}

    def span(self, element: Element) -> Span:
        """Where an element stands."""
        parent = element.getparent()
        if parent is None or parent is self.root:
            return super().span(element)
        if parent not in self._inner:
            self._inner[parent] = dict(zip(elements_in(parent), self._spans_in(parent), strict=True))
        return self._inner[parent][element]

    def _spans_in(self, parent: Element) -> list[Span]:
        """The places of the children of an element, in order."""
        outer = self.span(parent)
        found: list[Span] = []
        start, open_end, depth = 0, 0, 0
        for tag in _TAG.finditer(self.data, outer.open_end, outer.close):
            begin, end = tag.span()
            if self.data[begin + 1] in b"!?":
                continue
            if tag["end"]:
                depth -= 1
                if depth == 0:
                    found.append(Span(start, open_end, begin, end))
            elif self.data[end - 2] == 0x2F:  # "/>"
                if depth == 0:
                    found.append(Span(begin, end, end, end))
            else:
                if depth == 0:
                    start, open_end = begin, end
                depth += 1
        return found
