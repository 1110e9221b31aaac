"""XML edited as text: places found by counting, insertions in the manner of the file, everything else as it was."""

from __future__ import annotations

import re
import xml.etree.ElementTree as Tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.placers.xml_text import XmlText
from cutscore.placers.xml_write import Node, XmlWriter, canonical, leaf, take_out
from cutscore_composer.errors import InputRefused

TRICKY = b"""<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE xmeml>
<!-- <track> is no track here -->
<xmeml version='4'>
\t<?keep <track/> ?>
\t<track name='a &gt; "b" > c'><![CDATA[<track>]]></track>
\t<track
\t\tenabled = "1"   note=' enabled="0"'/>
\t<trackname/>
</xmeml>
"""


def test_places_are_found_behind_comments_cdata_and_quotes() -> None:
    """Only elements of the tree count; what merely looks like one does not."""
    doc = XmlText(TRICKY, "edit.xml", "xmeml")
    first, second = doc.root.iterfind("track")
    assert doc.text(first).endswith(b"<![CDATA[<track>]]></track>")
    assert doc.text(second).startswith(b"<track\n\t\tenabled")
    place = doc.attribute(second, "enabled")
    assert place is not None
    assert doc.data[slice(*place)] == b"1"
    assert doc.attribute(first, "enabled") is None


def test_an_attribute_is_set_where_it_stands_or_last() -> None:
    """Its quotes stay; a new one takes the file's own, and both are escaped."""
    doc = XmlText(TRICKY, "edit.xml", "xmeml")
    first, second = doc.root.iterfind("track")
    writer = XmlWriter(doc)
    edited = doc.edited([writer.with_attribute(second, "enabled", 'a"b'), writer.with_attribute(first, "x", "<'>")])
    root = Tree.fromstring(edited)
    assert [track.get("enabled") for track in root.iter("track")] == [None, 'a"b']
    assert next(root.iter("track")).get("x") == "<'>"
    assert edited.replace(b"a&quot;b", b"1").replace(b' x="&lt;\'&gt;"', b"") == TRICKY


def test_an_insertion_looks_like_its_neighbours() -> None:
    """Tabs, CRLF and single quotes of the file are those of what is added."""
    text = b"<a v='1'>\r\n\t<b n='1'>\r\n\t\t<c/>\r\n\t</b>\r\n</a>\r\n"
    doc = XmlText(text, "edit.xml", "a")
    node = Node("d", {"k": "it's"}, [leaf("e", "x<y"), leaf("f")])
    edit = XmlWriter(doc).after(doc.root.find("b"), node)
    expected = b"\r\n\t<d k='it&apos;s'>\r\n\t\t<e>x&lt;y</e>\r\n\t\t<f/>\r\n\t</d>"
    assert expected == edit.new
    assert text == doc.edited([edit]).replace(expected, b"")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encoding_stays(encoding: str) -> None:
    """What is added is written in the file's own encoding, what it lacks as a reference; the rest is untouched."""
    said = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{said}'?>\n<a>\n <b n='Türe'/>\n</a>\n".encode(encoding)
    doc = XmlText(text, "edit.xml", "a")
    edited = doc.edited([XmlWriter(doc).last_in(doc.root, leaf("c", "Größe 音"))])
    assert Tree.fromstring(edited).findtext("c") == "Größe 音"
    again = XmlText(edited, "edit.xml", "a")
    assert text == again.edited([XmlWriter(again).removed(again.root.find("c"))])


@pytest.mark.parametrize("inside", [b"", b" ", b"\n  ", b"<x/>", b"\n  <x/>\n"])
@pytest.mark.parametrize("where", ["first_in", "last_in"])
def test_taking_away_what_was_added_gives_back_the_tree(inside: bytes, where: str) -> None:
    """The canonical form without the new element is that of the original, elements that became empty included."""
    text = b"<a>\n <p>" + inside + b"</p>\n <q/>\n</a>"
    doc = XmlText(text, "edit.xml", "a")
    writer = XmlWriter(doc)
    edits = [getattr(writer, where)(doc.root.find(name), Node("new", {}, [leaf("n", 1)])) for name in ("p", "q")]
    tree = XmlText(doc.edited(edits), "edit.xml", "a").tree()
    assert [e.findtext("n") for e in tree.iter("new")] == ["1", "1"]
    for new in list(tree.iter("new")):
        take_out(new)
    assert canonical(doc.tree(), ("p", "q")) == canonical(tree, ("p", "q"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"<a><b></a>", "broken XML at line 1"),
        (b"", "broken XML|cannot be read"),
        (b"<html/>", "another kind"),
        (b'<!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>', "declarations of its own"),
        (b"<!DOCTYPE a SYSTEM 'gone.dtd' [\n<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><a/>", "declarations"),
        ("<a>".encode("utf-16")[:-1], "broken"),
    ],
)
def test_what_is_not_safe_is_refused(text: bytes, says: str) -> None:
    """Broken text, other documents and entities: one sentence with the file's name."""
    with pytest.raises(InputRefused, match=f"edit.xml.*({says})"):
        XmlText(text, "edit.xml", "a")


_NAMES = st.sampled_from(["track", "clip", "t"])
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> str:
    """A random element as text, with comments, CDATA, odd spacing and nesting of equal names."""
    name = draw(_NAMES)
    value = draw(_TEXTS).replace("&", "&amp;").replace("<", "&lt;")
    quote = draw(st.sampled_from("'\""))
    value = value.replace(quote, "&quot;" if quote == '"' else "&apos;")
    head = f"<{name}{draw(st.sampled_from([' ', chr(10), '  ']))}n={quote}{value}{quote}"
    if depth == 0 or draw(st.booleans()):
        return head + draw(st.sampled_from(["/>", " />", f"></{name}>", f"></{name}\n>"]))
    between = st.sampled_from(["", "\n", "<!--<track n='1'>-->", "<![CDATA[</clip>]]>", "<?t <t>?>"])
    inside = "".join(draw(between) + draw(elements(depth - 1)) for _ in range(draw(st.integers(0, 3))))
    return f"{head}>{inside}{draw(between)}</{name}>"


@given(elements())
def test_every_element_of_any_document_is_found(text: str) -> None:
    """The text at an element's place parses to that very element, as another parser sees it."""
    data = text.encode()
    doc = XmlText(data, "edit.xml")
    for ours, theirs in zip(doc.root.iter("{*}*"), Tree.fromstring(data).iter(), strict=True):
        found = Tree.fromstring(doc.text(ours))
        assert Tree.tostring(found) == Tree.tostring(_alone(theirs))
        assert re.match(rb"<\w+", doc.text(ours))


def _alone(element: Tree.Element) -> Tree.Element:
    copy = Tree.fromstring(Tree.tostring(element).rpartition(b">")[0] + b">")
    copy.tail = None
    return copy
