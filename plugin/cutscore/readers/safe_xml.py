"""Parsing XML that nobody vouches for: no entities, no network, no DTD, bounded size and depth."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from cutscore_composer.errors import InputRefused

_KINDS = {
    "fcpxml": "a Final Cut Pro file (FCPXML) under another name; let its name end in .fcpxml",
    "xmeml": "a Final Cut Pro 7 file under another name; let its name end in .xml",
    "mlt": "a Shotcut or Kdenlive project (MLT); name it .mlt or .kdenlive to read it",
}


def parse(path: Path, data: bytes, expected: str) -> etree._Element:
    """The root element of XML bytes. Raises InputRefused for broken XML or another root than `expected`."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        reason = str(error.msg).split(", line")[0]
        raise InputRefused(
            f"{path} is broken XML at line {line}, column {column} ({reason}); export it again."
        ) from error
    except ValueError as error:
        raise InputRefused(f"{path} cannot be read as XML ({error}); export it again.") from error
    name = etree.QName(root).localname
    if name != expected:
        raise InputRefused(f"{path} is {_KINDS.get(name, f'XML of another kind (<{name}>)')}.")
    return root
