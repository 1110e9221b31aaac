"""Reading .otio: JSON, bounded and checked before OpenTimelineIO sees it.

Broken JSON is answered with line and column; nesting that would overflow OTIO's own parser is refused;
the newer schemas that released OTIO refuses and that are known to be safe are read as their older form.
"""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import opentimelineio as otio

from cutscore.readers.files import TimelineFile
from cutscore.readers.loaded import Loaded
from cutscore_composer.errors import InputRefused

_MANGLED = re.compile(r"'N\d+opentimelineio\w*?\d([A-Z]\w*)E'")


def load(file: TimelineFile) -> Loaded:
    """Read a .otio file. Raises InputRefused with one sentence for everything that is no timeline."""
    warnings: list[str] = []
    return Loaded(timeline_of(file.path, file.data, warnings), file.path.parent, warnings)


def timeline_of(path: Path, data: bytes, warnings: list[str]) -> Any:
    """The `otio.schema.Timeline` in JSON bytes; what was read in an older form is added to `warnings`."""
    text = _text(path, data)
    with without_gc():
        _check(path, text)
        try:
            found = otio.adapters.read_from_string(text, "otio_json")
        except otio.exceptions.UnsupportedSchemaError as error:
            found = _from_newer(path, json.loads(text), error, warnings)
        except Exception as error:  # OTIO raises ValueError, KeyError, TypeError and more for wrong contents
            raise InputRefused(f"{path} is no timeline that OpenTimelineIO can read: {_first_line(error)}.") from error
    return _the_timeline(path, found)


@contextmanager
def without_gc() -> Iterator[None]:
    """No garbage collection while thousands of objects are made that all stay: it doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _text(path: Path, data: bytes) -> str:
    if not data.strip():
        raise InputRefused(f"{path} is empty; it may still be being written or copied.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path} is no text in UTF-8 (byte {error.start}); export the timeline as .otio.") from error


def _check(path: Path, text: str) -> None:
    """Raise InputRefused for JSON that is broken or nested too deep for OTIO's own parser, which would crash.

    Parsed for its errors alone (`len` throws every object away at once): Python's parser stops at a depth
    that OTIO's bears.
    """
    try:
        json.loads(text, object_pairs_hook=len)
    except json.JSONDecodeError as error:
        raise InputRefused(
            f"{path} is broken JSON at line {error.lineno}, column {error.colno} ({error.msg}); export it again."
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputRefused(f"{path} is JSON nested far deeper than any timeline; export it again.") from error


def _from_newer(path: Path, tree: dict[str, Any], error: Exception, warnings: list[str]) -> Any:
    """Read a file with newer schemas in their older form, where that loses nothing that Cutscore reads."""
    refused = _older(tree)
    if refused:
        raise InputRefused(
            f"{path} was written by a newer OpenTimelineIO ({', '.join(sorted(refused))}); "
            "export it for version 0.18 or older, or update Cutscore."
        ) from error
    warnings.append("The file was written by a newer OpenTimelineIO; its markers are read in their older form.")
    try:
        return otio.adapters.read_from_string(json.dumps(tree), "otio_json")
    except Exception as again:
        raise InputRefused(
            f"{path} was written by a newer OpenTimelineIO and cannot be read: {_first_line(again)}."
        ) from again


def _older(tree: dict[str, Any]) -> set[str]:
    """Rewrite newer schemas in place; returns the names of those that are not known."""
    versions = otio.core.type_version_map()
    refused: set[str] = set()
    waiting: list[Any] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            name, _, version = str(item.get("OTIO_SCHEMA", "")).partition(".")
            if name in versions and version.isdigit() and int(version) > versions[name]:
                if name == "Marker" and version == "3":
                    item["OTIO_SCHEMA"] = "Marker.2"
                    color = item.get("color")
                    item["color"] = (color.get("name") or "") if isinstance(color, dict) else color or ""
                else:
                    refused.add(f"{name}.{version}")
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return refused


def _the_timeline(path: Path, found: Any) -> Any:
    """The one timeline in what was read; a bare stack or track becomes one."""
    if isinstance(found, otio.schema.Timeline):
        if found.tracks is None:
            raise InputRefused(f"{path} is a timeline without tracks; export it again.")
        return found
    if isinstance(found, otio.schema.SerializableCollection):
        timelines = [item for item in found if isinstance(item, otio.schema.Timeline)]
        if len(timelines) == 1:
            return timelines[0]
        names = ", ".join(f"'{timeline.name}'" for timeline in timelines[:10])
        raise InputRefused(f"{path} holds {len(timelines)} timelines ({names}); export one timeline a file.")
    if isinstance(found, otio.schema.Track | otio.schema.Stack | otio.schema.Clip):
        timeline = otio.schema.Timeline(found.name)
        if isinstance(found, otio.schema.Stack):
            timeline.tracks = found
        elif isinstance(found, otio.schema.Track):
            timeline.tracks.append(found)
        else:
            timeline.tracks.append(otio.schema.Track(children=[found]))
        return timeline
    if not hasattr(found, "schema_name"):
        raise InputRefused(f"{path} is JSON but no OpenTimelineIO timeline; export the timeline as .otio.")
    raise InputRefused(f"{path} holds a {found.schema_name()}, not a timeline; export the timeline as .otio.")


def _first_line(error: Exception) -> str:
    """The first line of what OTIO says, the compiler's names of its classes made plain."""
    lines = str(error).strip().strip('"').splitlines()
    return _MANGLED.sub(r"\1", lines[0])[:200].rstrip(".") if lines else type(error).__name__
