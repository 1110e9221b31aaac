"""Writes what the sound pack consists of: Ogg Vorbis by oggenc, regions of SFZ, and the licences beside them."""

# ruff: noqa: S603 - runs oggenc with words of its own
from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
from shape_samples import Shaped

LICENCES = {
    "musescore-general-soundfont.txt": Path("/usr/share/doc/musescore-general-soundfont-lossless/copyright"),
    "fluid-soundfont-gm.txt": Path("/usr/share/doc/fluid-soundfont-gm/copyright"),
    "sonic-pi-samples.md": Path("/usr/share/sonic-pi/samples/README.md"),
}


def encode(job: tuple[Path, Shaped, float]) -> None:
    """One recording as Ogg Vorbis, with a fixed stream number: the same bytes at every build."""
    path, shaped, quality = job
    data = np.clip(np.rint(shaped.audio * 2**23), -(2**23), 2**23 - 1).astype("<i4")
    raw = data.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    channels, rate = shaped.audio.shape[1], shaped.rate
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * 3, channels * 3, 24)
    head = struct.pack("<4sI4s", b"RIFF", 36 + len(raw), b"WAVE") + form + struct.pack("<4sI", b"data", len(raw))
    command = ["oggenc", "--quiet", "--serial", "1", "--discard-comments", "-q", str(quality), "-o", str(path), "-"]
    subprocess.run(command, input=head + raw, check=True)


def region(
    name: str,
    shaped: Shaped,
    *,
    keys: tuple[int, int],
    root: int,
    velocities: tuple[int, int],
    variant: int = 1,
    variants: int = 1,
    cents: float = 0.0,
    pan: int = 0,
    volume: float = 0.0,
) -> str:
    """A line of SFZ."""
    words = [
        f"<region> sample={name} lokey={keys[0]} hikey={keys[1]} pitch_keycenter={root}",
        f"lovel={velocities[0]} hivel={velocities[1]} tune={round(shaped.tune_cents + cents)}",
    ]
    if pan:
        words.append(f"pan={pan}")
    if volume:
        words.append(f"volume={volume:g}")
    if variants > 1:
        words.append(f"seq_length={variants} seq_position={variant}")
    if shaped.loop:
        words.append(f"loop_mode=loop_continuous loop_start={shaped.loop[0]} loop_end={shaped.loop[1] - 1}")
    else:
        words.append("loop_mode=no_loop")
    return " ".join(words)


def copy_licences(folder: Path) -> None:
    """Each source's licence, whole."""
    folder.mkdir(exist_ok=True)
    for name, source in LICENCES.items():
        shutil.copyfile(source, folder / name)
