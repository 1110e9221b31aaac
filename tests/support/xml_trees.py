"""XML compared as trees by the standard library alone: the judge of placers that edit XML as text."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from collections.abc import Iterator
from pathlib import Path


def tree_of(path: Path) -> Tree.Element:
    """The root with comments and instructions kept."""
    builder = Tree.TreeBuilder(insert_comments=True, insert_pis=True)
    return Tree.parse(path, Tree.XMLParser(target=builder)).getroot()


def flat(element: Tree.Element) -> Iterator[tuple[object, ...]]:
    """Every element in order: depth, name, attributes in order, text without white space at its ends."""
    waiting = [(element, 0)]
    while waiting:
        here, depth = waiting.pop()
        yield depth, here.tag, tuple(here.attrib.items()), (here.text or "").strip(), (here.tail or "").strip()
        waiting += [(child, depth + 1) for child in reversed(here)]


def added(old: bytes, new: bytes) -> list[bytes]:
    """The runs of bytes that are in `new` alone, `old` being wholly in it in order; None of the old may be missing.

    Greedy from both ends: enough for insertions of whole elements. Raises AssertionError where bytes are gone.
    """
    prefix = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    tail_old, tail_new = old[prefix:], new[prefix:]
    found = tail_new.rfind(tail_old) if tail_old else len(tail_new)
    assert found >= 0, "bytes of the original are gone"
    assert found + len(tail_old) == len(tail_new), "something stands behind the end of the original"
    return [tail_new[:found]]


def parents(root: Tree.Element) -> dict[Tree.Element, Tree.Element]:
    """The parent of every element."""
    return {child: parent for parent in root.iter() for child in parent}
