"""A stand-in for DaVinci Resolve's scripting API, with its documented calls and its silent failures.

What it imitates, from the scripting documentation and from what its users measured: lists may be None; a failed
call returns None, False or an empty list, or returns as if all were well and does nothing; an appended clip that
would overlap another is dropped; endFrame is exclusive; an audio clip counts frames at the rate that the project
had when it was imported; a track number beyond the last one appends nothing; the same file is imported once.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any


@dataclass
class FakeClip:
    """A clip of the media pool."""

    path: str
    fps: str

    def GetClipProperty(self, name: str) -> str:
        return {"File Path": self.path, "FPS": self.fps}.get(name, "")

    def GetName(self) -> str:
        return Path(self.path).name


@dataclass
class FakeItem:
    """A clip on the timeline."""

    clip: FakeClip | None
    start: int
    frames: int
    markers: dict[int, dict[str, Any]] = field(default_factory=dict)
    enabled: bool = True
    keeps_markers: bool = True

    def GetStart(self) -> int:
        return self.start

    def GetEnd(self) -> int:
        return self.start + self.frames

    def GetDuration(self) -> int:
        return self.frames

    def GetMediaPoolItem(self) -> FakeClip | None:
        return self.clip

    def GetMarkers(self) -> dict[int, dict[str, Any]]:
        return dict(self.markers)

    def AddMarker(self, frame: int, color: str, name: str, note: str, duration: int, custom: str = "") -> bool:
        if frame in self.markers or frame >= self.frames:
            return False
        if self.keeps_markers:
            self.markers[frame] = {"color": color, "name": name, "note": note, "customData": custom}
        return True

    def SetClipEnabled(self, enabled: bool) -> bool:
        self.enabled = enabled
        return True

    def GetClipEnabled(self) -> bool:
        return self.enabled


@dataclass
class FakeTrack:
    """An audio track."""

    name: str
    items: list[FakeItem] = field(default_factory=list)
    locked: bool = False


@dataclass
class FakeTimeline:
    """A timeline; `refuses` names the calls that do nothing."""

    name: str = "Schnitt 3"
    rate: str = "24.0"
    start: int = 86400
    frames: int = 240
    tracks: list[FakeTrack] = field(default_factory=lambda: [FakeTrack("Audio 1")])
    otio: bytes = b""
    refuses: set[str] = field(default_factory=set)

    def GetName(self) -> str:
        return self.name

    def GetStartFrame(self) -> int:
        return self.start

    def GetEndFrame(self) -> int:
        return self.start + self.frames

    def GetSetting(self, name: str) -> str:
        return self.rate if name == "timelineFrameRate" else ""

    def Export(self, path: str, kind: object, sub: object) -> bool:
        if "Export" not in self.refuses:
            Path(path).write_bytes(self.otio)
        return "Export lies" in self.refuses or "Export" not in self.refuses

    def GetTrackCount(self, kind: str) -> int:
        return len(self.tracks) if kind == "audio" else 1

    def GetTrackName(self, kind: str, number: int) -> str:
        return self.tracks[number - 1].name

    def SetTrackName(self, kind: str, number: int, name: str) -> bool:
        self.tracks[number - 1].name = name
        return True

    def GetIsTrackLocked(self, kind: str, number: int) -> bool:
        return self.tracks[number - 1].locked

    def AddTrack(self, kind: str, sub: str = "mono") -> bool:
        if "AddTrack" not in self.refuses:
            self.tracks.append(FakeTrack(f"Audio {len(self.tracks) + 1}"))
        return True

    def GetItemListInTrack(self, kind: str, number: int) -> list[FakeItem] | None:
        return sorted(self.tracks[number - 1].items, key=lambda item: item.start) or None

    def DeleteClips(self, items: list[FakeItem], ripple: bool = False) -> bool:
        for track in self.tracks:
            track.items = [item for item in track.items if item not in items]
        return True


class FakeFolder:
    """A bin."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.folders: list[FakeFolder] = []
        self.clips: list[FakeClip] = []

    def GetName(self) -> str:
        return self.name

    def GetSubFolderList(self) -> list[FakeFolder] | None:
        return self.folders or None

    def GetClipList(self) -> list[FakeClip] | None:
        return self.clips or None


class FakePool:
    """The media pool."""

    def __init__(self, timeline: FakeTimeline, imported_at: str | None = None) -> None:
        self.timeline = timeline
        self.imported_at = imported_at
        self.root = FakeFolder("Master")
        self.current = self.root
        self.refuses: set[str] = set()
        self.orders: list[dict[str, Any]] = []

    def GetRootFolder(self) -> FakeFolder:
        return self.root

    def AddSubFolder(self, parent: FakeFolder, name: str) -> FakeFolder | None:
        if "AddSubFolder" in self.refuses:
            return None
        parent.folders.append(FakeFolder(name))
        return parent.folders[-1]

    def GetCurrentFolder(self) -> FakeFolder:
        return self.current

    def SetCurrentFolder(self, folder: FakeFolder) -> bool:
        self.current = folder
        return True

    def ImportMedia(self, paths: list[str]) -> list[FakeClip] | None:
        if "ImportMedia" in self.refuses:
            return None
        for path in paths:
            if Path(path).is_file() and all(clip.path != path for clip in self.current.clips):
                self.current.clips.append(FakeClip(path, self.imported_at or self.timeline.rate))
        # What it returns is no proof of anything.
        return None

    def AppendToTimeline(self, orders: list[dict[str, Any]]) -> list[FakeItem | None]:
        self.orders += orders
        made: list[FakeItem | None] = []
        for order in orders:
            number, start = order["trackIndex"], order["recordFrame"]
            clip = order["mediaPoolItem"]
            ratio = _number(self.timeline.rate) / _number(clip.fps)
            frames = round(Fraction(order["endFrame"] - order["startFrame"]) * ratio)
            item = FakeItem(clip, start, frames, keeps_markers="AddMarker" not in self.refuses)
            if "AppendToTimeline" in self.refuses or not 1 <= number <= len(self.timeline.tracks):
                made.append(item)
                continue
            track = self.timeline.tracks[number - 1]
            if track.locked or any(one.start < start + frames and start < one.GetEnd() for one in track.items):
                made.append(item)
                continue
            track.items.append(item)
            made.append(item)
        return made


def _number(rate: str) -> Fraction:
    television = {"23.976": Fraction(24000, 1001), "29.97": Fraction(30000, 1001), "59.94": Fraction(60000, 1001)}
    return television.get(rate, Fraction(rate))


class FakeResolve:
    """The object that a script finds under the name `resolve`."""

    EXPORT_OTIO, EXPORT_NONE = 17, -1

    def __init__(self, timeline: FakeTimeline | None = None, imported_at: str | None = None) -> None:
        self.timeline = timeline or FakeTimeline()
        self.pool = FakePool(self.timeline, imported_at)
        self.jobs: list[dict[str, Any]] = []
        self.status: dict[str, Any] = {}
        self.open = True

    def GetProjectManager(self) -> FakeResolve:
        return self

    def GetCurrentProject(self) -> FakeResolve | None:
        return self if self.open else None

    def GetMediaPool(self) -> FakePool:
        return self.pool

    def GetCurrentTimeline(self) -> FakeTimeline | None:
        return self.timeline

    def GetRenderJobList(self) -> list[dict[str, Any]]:
        return self.jobs

    def GetRenderJobStatus(self, job: str) -> dict[str, Any]:
        return self.status


class _Handlers:
    """`win.On.Start.Clicked = f` and `win.On["Start"].Close = f`: whatever is set is kept."""

    def __init__(self) -> None:
        self.__dict__["kept"] = {}

    def __getattr__(self, name: str) -> Any:
        return self.kept.setdefault(name, _Handlers())

    __getitem__ = __getattr__

    def __setattr__(self, name: str, value: Any) -> None:
        self.kept[name] = value


@dataclass
class Widget:
    """A label, field or button."""

    ID: str = ""
    Text: str = ""
    Enabled: bool = True


class FakeUI:
    """Fusion's UI manager and the dispatcher: `script` is what the user does, one step a turn of the loop."""

    def __init__(self) -> None:
        self.UIManager = self
        self.widgets: dict[str, Widget] = {}
        self.On = _Handlers()
        self.script: list[Any] = []
        self.shown: list[str] = []
        self._over = False

    def _widget(self, properties: dict[str, Any]) -> Widget:
        widget = Widget(str(properties.get("ID", "")), str(properties.get("Text", "")))
        if widget.ID:
            self.widgets[widget.ID] = widget
        return widget

    Label = LineEdit = Button = _widget

    def VGroup(self, *_: Any) -> None: ...

    HGroup = VGroup

    def Timer(self, properties: dict[str, Any]) -> FakeUI:
        return self

    def UIDispatcher(self, ui: Any) -> FakeUI:
        return self

    def AddWindow(self, properties: dict[str, Any], content: Any) -> FakeUI:
        return self

    def GetItems(self) -> dict[str, Widget]:
        return self.widgets

    def Show(self) -> None: ...

    Hide = Start = Stop = Show

    def ExitLoop(self) -> None:
        self._over = True

    def RunLoop(self) -> None:
        for turn in itertools.count():
            if self._over:
                return
            assert turn < 100_000, "the dialog never ends"
            if self.script and self.script[0](self):
                self.script.pop(0)
            self.On.kept["Timeout"]({})
            said = self.widgets["Said"].Text
            if said and (not self.shown or self.shown[-1] != said):
                self.shown.append(said)

    def click(self, name: str) -> bool:
        """Press a button."""
        self.On.kept[name].kept["Clicked"]({})
        return True
