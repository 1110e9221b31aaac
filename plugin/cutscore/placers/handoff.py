"""For projects whose format is not written yet, and for plain videos: what an editor needs to take the music by hand.

That is the WAV with its start timecode in the name, and an .otio of the scored timeline, which most
programs import.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

from cutscore.cut import Cut
from cutscore.placers import Placed, PlacedMusic, PlaceOptions, otio_timeline, plain_file
from cutscore.placers.names import scored_name, timecoded_name
from cutscore.placers.otio_of_cut import text_of
from cutscore.placers.placing import choose_base, write_base
from cutscore.placers.safe_write import locked, make_folder, write_atomically
from cutscore_composer.timebase import timecode


def hand_over(
    music: PlacedMusic, project: Path | None, cut: Cut, *, output_folder: Path, options: PlaceOptions
) -> Placed:
    """Write NAME.scored.otio of a Cut with the music, and see that the WAV carries its timecode in its name.

    Raises OutputFailed when the folder cannot be written.
    """
    named = (project or Path(music.name or cut.name or "videos")).absolute()
    target = output_folder.absolute() / scored_name(named, ".otio")
    make_folder(target.parent)
    audio = _with_timecode(music, cut, target.parent)
    text = text_of(cut, resolve=options.otio == "resolve")
    placed = _written(replace(music, audio=audio), text, named, target, options)
    at = timecode(max(0, music.start_frame + music.record_in), music.rate, cut.drop_frame)
    if project is None or _is_video(cut):
        what = "The video itself is left as it is"
    else:
        what = f"Cutscore does not write {project.suffix} projects yet"
    message = (
        f"{what}: open {placed.project}, the timeline with the music in it, or lay {audio.name} into yours at {at}."
    )
    return replace(placed, message=message, warnings=(message, *placed.warnings), audio=audio)


def write_for_resolve(
    music: PlacedMusic, project: Path, cut: Cut, *, output_folder: Path, options: PlaceOptions
) -> Path:
    """Write NAME.resolve.otio: the scored edit in the shape that DaVinci Resolve imports; where it lies."""
    target = output_folder.absolute() / f"{project.stem}.resolve.otio"
    make_folder(target.parent)
    return _written(music, text_of(cut, resolve=True), project.absolute(), target, options).project


def _written(music: PlacedMusic, text: bytes, named: Path, target: Path, options: PlaceOptions) -> Placed:
    """An .otio made from the edit, with the music, in the place of an earlier one."""
    with locked(target):
        base = choose_base(plain_file, otio_timeline, text, named, target, None, music.rate)
        return write_base(
            plain_file,
            otio_timeline,
            music,
            base,
            options,
            onto_sha256=hashlib.sha256(text).hexdigest(),
            unchanged=lambda: True,
        )


def _with_timecode(music: PlacedMusic, cut: Cut, folder: Path) -> Path:
    """The music under a name with its timecode: the file itself where it has one, else a copy."""
    name = timecoded_name(music.audio, music.start_frame + music.record_in, music.rate, cut.drop_frame)
    if name == music.audio.name:
        return music.audio
    target = folder / name
    with contextlib.suppress(OSError):
        if target.exists() and target.samefile(music.audio):
            return target
    with music.audio.open("rb") as source:
        write_atomically(target, lambda file: shutil.copyfileobj(source, file, 1 << 20))
    return target


def _is_video(cut: Cut) -> bool:
    return len(cut.spans) > 0 and all(span.search_cuts for span in cut.spans)
