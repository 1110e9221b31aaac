"""Spells the path of a media file as a timeline's own media are spelled.

OTIO asks for URLs, relative to the timeline file where that is possible; some programs (DaVinci
Resolve) write and want bare absolute paths, others bare relative ones.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePath, PureWindowsPath
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

Spelling = Literal["url", "path", "absolute path", "absolute url"]
"""A URL (relative where possible), a bare path (relative where possible), or one of them that is absolute."""


def media_url(media: PurePath, folder: PurePath, spelling: Spelling) -> str:
    """How a timeline in `folder` names `media`; both absolute.

    A path is relative when it shares at least one folder with the timeline, so that both can move
    together; else it is absolute. A name that is not text in UTF-8 is always a URL.
    """
    bare = spelling in ("path", "absolute path") and _is_text(str(media))
    if spelling == "absolute path" and bare:
        return str(media)
    if spelling == "absolute url":
        return media.as_uri()
    steps = relative_parts(media, folder)
    if steps is not None and PureWindowsPath(steps[0]).drive:
        # A file called "A:" would be taken for a drive.
        steps = None
    if bare:
        return str(media) if steps is None else "/".join(steps)
    return media.as_uri() if steps is None else "/".join(quote(_bytes(step), safe="") for step in steps)


def relative_parts(media: PurePath, folder: PurePath) -> tuple[str, ...] | None:
    """The steps from `folder` to `media`, None when they share nothing but the root or drive."""
    ours, theirs = media.parts, folder.parts
    same = (lambda a, b: a.casefold() == b.casefold()) if isinstance(media, PureWindowsPath) else str.__eq__
    shared = 0
    while shared < min(len(ours) - 1, len(theirs)) and same(ours[shared], theirs[shared]):
        shared += 1
    if shared == 0 or (shared == 1 and len(theirs) > 1):
        return None
    return (*[".."] * (len(theirs) - shared), *ours[shared:])


def is_relative(url: str) -> bool:
    """Whether a media reference depends on where the timeline file lies."""
    if not url or url.startswith(("/", "\\")) or PureWindowsPath(url).drive:
        return False
    return not (urlsplit(url).scheme and "://" in url) and not url.startswith("file:")


def spelling_of(urls: list[str]) -> Spelling:
    """How a file spells its media: bare when any of them shows what no URL has."""
    if any(_is_bare(url) for url in urls):
        return "path"
    return "url"


def local_path(url: str) -> Path | None:
    """The file on this machine that a file URL or an absolute path names; None for anything else."""
    if url.startswith("file:"):
        parts = urlsplit(url)
        if parts.netloc not in ("", "localhost"):
            return None
        text = unquote(parts.path)
        return Path(text[1:] if PureWindowsPath(text[1:]).drive else text) if text and "\0" not in text else None
    return Path(url) if url.startswith("/") and not url.startswith("//") else None


def name_in(url: str) -> str:
    """The file name at the end of a URL or path, without percent-encoding."""
    return unquote(url.replace("\\", "/").rpartition("/")[2])


def _is_bare(url: str) -> bool:
    if "://" in url or not url:
        return False
    return " " in url or "\\" in url or "#" in url or not url.isascii() or bool(PureWindowsPath(url).drive)


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bytes(step: str) -> bytes:
    return os.fsencode(step)
