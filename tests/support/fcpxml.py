"""Small FCPXML documents for the tests: one project around given storylines and resources."""

from __future__ import annotations

from pathlib import Path

from cutscore.cut import Cut
from cutscore.readers import read_timeline

FORMATS = (
    "<format id='f24' frameDuration='100/2400s'/><format id='f25' frameDuration='1/25s'/>"
    "<format id='f23' frameDuration='1001/24000s'/><format id='f2997' frameDuration='1001/30000s'/>"
)


def asset(name: str, start: str = "0s", duration: str = "1000s", more: str = "hasVideo='1' format='f24'") -> str:
    """A media file called as its id."""
    return (
        f"<asset id='{name}' name='{name}' start='{start}' duration='{duration}' {more}>"
        f"<media-rep kind='original-media' src='file:///gone/{name}.mov'/></asset>"
    )


def clip(name: str, offset: float, seconds: float, start: float = 0, inside: str = "", more: str = "") -> str:
    """An asset-clip."""
    return (
        f"<asset-clip ref='{name}' name='{name}' offset='{offset}s' duration='{seconds}s' start='{start}s' {more}>"
        f"{inside}</asset-clip>"
    )


def document(story: str, resources: str = "", sequence: str = "format='f24'", version: str = "1.11") -> str:
    """A whole file with one project."""
    if "<asset" not in resources:
        resources += "".join(asset(name) for name in "abcde")
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE fcpxml><fcpxml version='{version}'>"
        f"<resources>{FORMATS}{resources}</resources><library><event name='e'><project name='p'>"
        f"<sequence {sequence}><spine>{story}</spine></sequence></project></event></library></fcpxml>"
    )


def read(folder: Path, story: str, resources: str = "", sequence: str = "format='f24'") -> Cut:
    """The Cut of a project with this storyline."""
    path = folder / "edit.fcpxml"
    path.write_text(document(story, resources, sequence), encoding="utf-8")
    return read_timeline(path)


def shown(cut: Cut) -> list[tuple[str, int, int]]:
    """The visible picture in short."""
    return [(span.name, span.record_in, span.record_out) for span in cut.spans]
