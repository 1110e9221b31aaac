"""MLT projects made in code as Kdenlive 1.1, Kdenlive 1.00 and Shotcut lay theirs out, and what melt makes of one.

Only the elements are alike; the values come from the test. Times are clocks, as the programs write them.
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import av
import numpy as np

Clip = tuple[int | None, int]
"""First frame of the film (None: a gap) and frames."""
KINDS = ("kdenlive 1.1", "kdenlive 1.00", "shotcut")
UUID = "{6b1c6f0e-93a6-4a5c-8f0e-0a4ad7e1c001}"
OTHER_UUID = "{6b1c6f0e-93a6-4a5c-8f0e-0a4ad7e1c002}"


@dataclass(frozen=True)
class MltEdit:
    """One edit of a film with sound."""

    rate: Fraction
    lower: Sequence[Clip]
    upper: Sequence[Clip] = ()
    film: str = "film.mkv"
    film_frames: int = 400
    size: tuple[int, int] = (192, 96)
    root: str = ""
    more_sequences: bool = False
    """Whether another sequence lies in the bin (Kdenlive 1.1)."""

    @property
    def frames(self) -> int:
        """How long it lasts."""
        return max(sum(n for _, n in self.lower), sum(n for _, n in self.upper))

    def clock(self, frames: int) -> str:
        """A time as MLT writes it, worked out with floats as MLT does."""
        rate = float(self.rate)
        hours = int(frames / (rate * 3600))
        rest = frames - int(hours * 3600 * rate)
        minutes = int(rest / (rate * 60))
        seconds = (rest - int(minutes * 60 * rate)) / rate
        return f"{hours:02}:{minutes:02}:{seconds:06.3f}"

    def write(self, path: Path, kind: str) -> Path:
        """The project as a file."""
        body = {"kdenlive 1.1": self._new, "kdenlive 1.00": self._old, "shotcut": self._shotcut}[kind]()
        width, height = self.size
        num, den = (self.rate.numerator, self.rate.denominator)
        root = f' root="{escape(self.root)}"' if self.root else ""
        title = ' title="Shotcut version 22.12.21"' if kind == "shotcut" else ""
        path.write_text(
            f"<?xml version='1.0' encoding='utf-8'?>\n"
            f'<mlt LC_NUMERIC="C" producer="main_bin" version="7.12.0"{root}{title}>\n'
            f' <profile frame_rate_num="{num}" frame_rate_den="{den}" width="{width}" height="{height}" progressive="1"'
            ' sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="2" display_aspect_den="1"'
            f' colorspace="601" description="test"/>\n{body}</mlt>\n',
            "utf-8",
        )
        return path

    def _media(self, name: str, tag: str, service: str, **more: str) -> str:
        said = {
            "length": str(self.film_frames),
            "eof": "pause",
            "resource": escape(self.film),
            "mlt_service": service,
            "seekable": "1",
            "audio_index": "1",
            "video_index": "0",
            **more,
        }
        return f' <{tag} id="{name}" out="{self.clock(self.film_frames - 1)}">\n{_said(said, 2)} </{tag}>\n'

    def _row(self, clips: Sequence[Clip], producer: str, inside: str = "") -> str:
        rows = []
        for first, frames in clips:
            if first is None:
                rows.append(f'  <blank length="{self.clock(frames)}"/>\n')
            else:
                span = f'in="{self.clock(first)}" out="{self.clock(first + frames - 1)}"'
                rows.append(f'  <entry producer="{producer}" {span}>{inside}</entry>\n')
        return "".join(rows)

    def _track(self, name: str, clips: Sequence[Clip], producer: str, audio: bool) -> str:
        mark = _said({"kdenlive:audio_track": "1"}, 2) if audio else ""
        inside = '\n   <property name="kdenlive:id">4</property>\n  '
        hide = "video" if audio else "audio"
        filters = "".join(
            f' <filter id="{name}{number}">\n{_said(said, 3)}  </filter>\n'
            for number, said in enumerate(
                (
                    {"window": "75", "mlt_service": "volume", "internal_added": "237", "disable": "1"},
                    {"channel": "-1", "mlt_service": "panner", "start": "0.5", "internal_added": "237", "disable": "1"},
                )
            )
        )
        return (
            f' <playlist id="{name}a">\n{mark}{self._row(clips, producer, inside)} </playlist>\n'
            f' <playlist id="{name}b">\n{mark} </playlist>\n'
            f' <tractor id="{name}" in="00:00:00.000" out="{self.clock(max(1, sum(n for _, n in clips)) - 1)}">\n'
            f'{mark}  <property name="kdenlive:trackheight">67</property>\n'
            f'  <track hide="{hide}" producer="{name}a"/>\n  <track hide="{hide}" producer="{name}b"/>\n'
            f"{filters if audio else ''} </tractor>\n"
        )

    def _tracks(self, prefix: str = "") -> str:
        tag = "chain" if prefix != "old" else "producer"
        black = {"length": "2147483647", "eof": "continue", "resource": "black", "mlt_service": "color"}
        return (
            f' <producer id="{prefix}black" in="00:00:00.000" out="{self.clock(self.frames - 1)}">\n'
            + _said({**black, "kdenlive:playlistid": "black_track", "set.test_audio": "0"}, 2)
            + " </producer>\n"
            + self._media(
                f"{prefix}sound",
                tag,
                "avformat-novalidate",
                **{"kdenlive:id": "4", "set.test_audio": "0", "set.test_image": "1"},
            )
            + self._media(
                f"{prefix}picture",
                tag,
                "avformat-novalidate",
                **{"kdenlive:id": "4", "set.test_audio": "1", "set.test_image": "0"},
            )
            + self._track(f"{prefix}A1", self.lower, f"{prefix}sound", True)
            + self._track(f"{prefix}V1", self.lower, f"{prefix}picture", False)
            + self._track(f"{prefix}V2", self.upper, f"{prefix}picture", False)
        )

    def _field(self, prefix: str) -> str:
        tracks = "".join(f'  <track producer="{prefix}{name}"/>\n' for name in ("black", "A1", "V1", "V2"))
        mix = {"mlt_service": "mix", "internal_added": "237", "always_active": "1", "sum": "1"}
        blend = {"mlt_service": "qtblend", "internal_added": "237", "always_active": "1"}
        return tracks + "".join(
            f'  <transition id="{prefix}t{number}">\n{_said({"a_track": "0", "b_track": str(number), **said}, 3)}'
            "  </transition>\n"
            for number, said in ((1, mix), (2, blend), (3, blend))
        )

    def groups(self) -> str:
        """Kdenlive's groups: every clip of the lower track with its sound."""
        groups, at = [], 0
        for first, frames in self.lower:
            if first is not None:
                leaves = ",".join(
                    f'\n            {{\n                "data": "{track}:{at}",\n'
                    '                "leaf": "clip",\n                "type": "Leaf"\n            }'
                    for track in (0, 1)
                )
                groups.append(f'    {{\n        "children": [{leaves}\n        ],\n        "type": "AVSplit"\n    }}')
            at += frames
        return escape("[\n" + ",\n".join(groups) + "\n]\n")

    def _bin(self, entries: Sequence[tuple[str, int]], **said: str) -> str:
        document = {f"kdenlive:docproperties.{name}": text for name, text in said.items()}
        inside = "".join(
            f'  <entry producer="{name}" in="00:00:00.000" out="{self.clock(frames - 1)}"/>\n'
            for name, frames in entries
        )
        folders = {"kdenlive:folder.-1.9": "Sequences"}
        return (
            f' <playlist id="main_bin">\n{_said({**folders, **document, "xml_retain": "1"}, 2)}{inside} </playlist>\n'
        )

    def _sequence(self, uuid: str, prefix: str, name: str) -> str:
        said = {
            "kdenlive:uuid": uuid,
            "kdenlive:clipname": name,
            "kdenlive:sequenceproperties.activeTrack": "1",
            "kdenlive:sequenceproperties.tracksCount": "3",
            "kdenlive:sequenceproperties.audioTarget": "0",
            "kdenlive:sequenceproperties.videoTarget": "1",
            "kdenlive:id": "5" if uuid == UUID else "6",
            "kdenlive:sequenceproperties.groups": self.groups(),
        }
        return (
            f'{self._tracks(prefix)} <tractor id="{uuid}" in="00:00:00.000" out="{self.clock(self.frames - 1)}">\n'
            f"{_said(said, 2)}{self._field(prefix)} </tractor>\n"
        )

    def _new(self) -> str:
        more = self._sequence(OTHER_UUID, "other", "Sequence 2") if self.more_sequences else ""
        entries = [(UUID, self.frames), ("media", self.film_frames)]
        entries += [(OTHER_UUID, self.frames)] if self.more_sequences else []
        document = {"version": "1.1", "kdenliveversion": "24.12.3", "activetimeline": UUID, "uuid": UUID}
        return (
            more
            + self._sequence(UUID, "", "Sequence 1")
            + self._media("media", "chain", "avformat", **{"kdenlive:id": "4"})
            + self._bin(entries, **document)
            + f' <tractor id="project" in="00:00:00.000" out="{self.clock(self.frames - 1)}">\n'
            '  <property name="kdenlive:projectTractor">1</property>\n'
            f'  <track producer="{UUID}" in="00:00:00.000" out="{self.clock(self.frames - 1)}"/>\n </tractor>\n'
        )

    def _old(self) -> str:
        said = {"version": "1.04", "kdenliveversion": "22.12.3", "activeTrack": "1", "audioTarget": "0"}
        return (
            self._media("media", "producer", "avformat", **{"kdenlive:id": "4"})
            + self._bin([("media", self.film_frames)], **said, groups=self.groups())
            + self._tracks("old")
            + f' <tractor id="timeline" in="00:00:00.000" out="{self.clock(self.frames - 1)}">\n'
            f"{self._field('old')} </tractor>\n"
        )

    def _shotcut(self) -> str:
        end, length = self.clock(self.frames - 1), self.clock(self.frames)
        black = {"length": length, "eof": "pause", "resource": "0", "mlt_service": "color", "set.test_audio": "0"}
        tracks = []
        for number, clips in ((1, self.lower), (2, self.upper)):
            said = _said({"shotcut:video": "1", "shotcut:name": f"V{number}"}, 2)
            tracks.append(f' <playlist id="V{number}">\n{said}{self._row(clips, "clip")} </playlist>\n')
        field = '  <track producer="background"/>\n  <track producer="V1"/>\n  <track producer="V2"/>\n'
        for number in (1, 2):
            mix = {"a_track": "0", "b_track": str(number), "mlt_service": "mix", "always_active": "1", "sum": "1"}
            blend = {"a_track": str(number - 1), "b_track": str(number), "mlt_service": "qtblend"}
            blend["disable"] = "1" if number == 1 else "0"
            field += "".join(f"  <transition>\n{_said(said, 3)}  </transition>\n" for said in (mix, blend))
        return (
            ' <playlist id="main_bin">\n  <property name="xml_retain">1</property>\n </playlist>\n'
            f' <producer id="black" in="00:00:00.000" out="{end}">\n{_said(black, 2)} </producer>\n'
            f' <playlist id="background">\n  <entry producer="black" in="00:00:00.000" out="{end}"/>\n </playlist>\n'
            + self._media("clip", "chain", "avformat-novalidate", length=self.clock(self.film_frames))
            + "".join(tracks)
            + f' <tractor id="tractor0" title="Shotcut version 22.12.21" in="00:00:00.000" out="{end}">\n'
            '  <property name="shotcut">1</property>\n'
            f"{field} </tractor>\n"
        )


def _said(said: dict[str, str], depth: int) -> str:
    return "".join(f'{" " * depth}<property name="{name}">{text}</property>\n' for name, text in said.items())


@dataclass(frozen=True)
class Rendered:
    """What melt made of a project."""

    pictures: list[bytes]
    sound: np.ndarray
    """(samples,) of the first channel at 48 kHz."""


def rendered(project: Path, frames: int | None = None) -> Rendered:
    """A project as the real melt renders it, without loss; the first `frames` of it."""
    for tries in (1, 2, 3):
        with tempfile.TemporaryDirectory() as folder:
            try:
                return _rendered(project, frames, Path(folder) / "rendered.mkv")
            except (subprocess.TimeoutExpired, av.error.InvalidDataError):
                # melt 7.12 hangs at its end, or leaves half a file, once in some hundred times on a busy machine.
                if tries == 3:
                    raise
    raise AssertionError


def _rendered(project: Path, frames: int | None, out: Path) -> Rendered:
    # By its name alone: melt itself does not open a project by a path with "%" or "?" in it.
    command = ["melt", project.name, *([f"out={frames - 1}"] if frames else [])]
    command += ["-consumer", f"avformat:{out}", "vcodec=ffv1", "acodec=pcm_s16le", "real_time=-1"]
    command += ["frequency=48000", "channels=2", "pix_fmt=yuv420p"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=project.parent)
    assert done.returncode == 0, done.stderr[-2000:]
    pictures, blocks = [], []
    with av.open(str(out)) as film:
        for frame in film.decode(video=0, audio=0):
            picture: Any = frame
            if isinstance(frame, av.VideoFrame):
                pictures.append(picture.to_ndarray().tobytes())
            else:
                blocks.append(picture.to_ndarray().reshape(-1, 2)[:, 0])
    return Rendered(pictures, (np.concatenate(blocks) if blocks else np.zeros(0)) / 32768)


def tone(path: Path, samples: int, bursts: Sequence[int], *, hertz: int = 3000, level: float = 0.5) -> Path:
    """A 48 kHz 24-bit stereo file, silent but for bursts of 10 ms that begin at the given samples."""
    wanted = np.zeros(samples)
    for start in bursts:
        length = min(480, samples - start)
        wanted[start : start + length] = level * np.sin(2 * np.pi * hertz * np.arange(1, length + 1) / 48_000)
    numbers = (np.repeat(wanted[:, None], 2, axis=1).reshape(-1) * (2**23 - 1)).astype("<i4")
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(48_000)
        file.writeframes(numbers.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())
    return path


def bursts_in(sound: np.ndarray, least: float = 0.05) -> list[int]:
    """The samples at which bursts begin: loud for some time after 20 ms of quiet.

    A single loud sample is no burst: where a rate has no whole number of samples a frame, what melt mixes may be
    a sample short at the end of a frame, with or without music.
    """
    loud = np.flatnonzero(np.abs(sound) > least)
    begun = [int(at) for at, before in zip(loud, [-(10**9), *loud[:-1]], strict=True) if at - before > 960]
    return [at for at in begun if np.count_nonzero((loud >= at) & (loud < at + 480)) > 50]
