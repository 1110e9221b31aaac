"""Versions of a cue: which earlier music gives way to the new, which is muted, what carries over."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cutscore.placers import otio_parts
from cutscore.placers.byte_edits import apply
from cutscore.placers.json_write import with_member
from cutscore.placers.laid_music import is_hit
from cutscore.placers.notes import KEY
from cutscore.placers.otio_document import Document, reread
from cutscore.placers.otio_levels import digest, is_volume
from cutscore.placers.otio_style import Style
from cutscore.placers.otio_track import groups_of
from cutscore.placers.own_music import OwnClip, set_aside


def may_give_way(document: Document, clip: OwnClip, rate: Fraction) -> bool:
    """Whether a clip of ours can be replaced: nobody touched it, and its track can be laid out anew."""
    return not clip.touched and groups_of(document.doc, document.tracks[clip.track], rate) is not None


def muted(document: Document, same: list[OwnClip], style: Style) -> tuple[Document, list[str]]:
    """Mutes the versions of this cue that the user has touched, so that two do not sound at once."""
    edits, warnings = [], []
    for clip in same:
        if not clip.sounds:
            continue
        if may_give_way(document, clip, style.exact_rate):
            continue
        edits.append(with_member(document.doc, clip.handle, style.layout, "enabled", False))
        warnings.append(set_aside(clip))
    if not edits:
        return document, []
    return reread(document, apply(document.doc.data, edits)), list(dict.fromkeys(warnings))


def carried(new: otio_parts.Json, old: Mapping[str, Any]) -> otio_parts.Json:
    """The new clip with the name, effects, markers, metadata and further fields that the user gave to the old one."""
    placed = old["metadata"][KEY]["placed"]
    made = {**new, **{key: value for key, value in old.items() if key not in new}}
    for key in ("media_reference", "media_references", "active_media_reference_key"):
        if key not in new:
            made.pop(key, None)
    if old.get("name") not in (None, "", placed.get("name")):
        made["name"] = old["name"]
    made["metadata"] = {**new["metadata"], **old["metadata"], KEY: new["metadata"][KEY]}
    # Our own volume is renewed; one that the user changed stays, and so does all else.
    noted = placed.get("levels")
    theirs_too = [e for e in _list(old.get("effects")) if not (noted and is_volume(e) and digest(e) == noted)]
    is_theirs = any(map(is_volume, theirs_too)) or (bool(noted) and not any(map(is_volume, _list(old.get("effects")))))
    made["effects"] = [*([] if is_theirs else new["effects"]), *theirs_too]
    markers = _list(old.get("markers"))
    theirs = [marker for marker in markers if not _is_our_marker(marker)]
    removed_all = str(placed.get("hits", "0")) != "0" and len(theirs) == len(markers)
    made["markers"] = [*([] if removed_all else new["markers"]), *theirs]
    return made


def _is_our_marker(marker: Any) -> bool:
    metadata = marker.get("metadata") if isinstance(marker, dict) else None
    if isinstance(metadata, dict) and KEY in metadata:
        return True
    # A program may keep the marker and drop what it does not know.
    return isinstance(marker, dict) and is_hit(str(marker.get("name")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
