"""Whether the home key is heard: by the weight of the written notes, and by madmom in the finished sound.

    python benchmarks/keys_heard.py [rock,waltz] [--seeds 3,4] [--seconds 28] [--written]

Every style is composed for made-up edits, dark and bright, one for each seed, without looking at a film. Right is
the same tonic and the same kind of mode: dorian and phrygian count as minor, lydian and mixolydian as major.
`--written` leaves the sound out. Drones (ambient, horror) are shown but not counted. madmom is a judge only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from beats_and_key import judge, key_in, sound_of

from cutscore_composer.engine import Progress
from cutscore_composer.mix.mix import mix
from cutscore_composer.plan.style import style_names
from cutscore_composer.play.play import play
from support.edits import edit_of, scored
from support.keys_heard import home_of, key_of_notes

_DRONES = ("ambient", "horror")
_LIGHTS = (0.3, 0.5, 0.7)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("styles", nargs="?", default="")
    parser.add_argument("--seeds", default="3,4")
    parser.add_argument("--seconds", type=float, default=28)
    parser.add_argument("--written", action="store_true")
    asked = parser.parse_args()
    madmom = None if asked.written else judge()
    written, heard = [], []
    for seed in (int(word) for word in asked.seeds.split(",")):
        for name in asked.styles.split(",") if asked.styles else style_names():
            seen = edit_of(asked.seconds, 16, seed, light=_LIGHTS[seed % 3])
            music, _ = scored(seen, style=name, seed=seed)
            home, by_notes, by_sound = home_of(music), key_of_notes(music), ""
            if madmom is not None:
                with tempfile.TemporaryDirectory() as folder:
                    mixed = mix(music, play(music, Progress()), Path(folder), Progress(), name=name)
                    by_sound = key_in(madmom, sound_of(mixed.audio))
            key = music.brief.key
            mark = " " if by_sound in ("", home) else "!"
            print(f"{name:<20} {seed:>3} {key.tonic + ' ' + key.mode:<14} {by_notes:<10} {by_sound:<10}{mark}", end=" ")
            print(" ".join(chord.symbol for chord in music.chords), flush=True)
            if name not in _DRONES:
                written.append(by_notes == home)
                heard.append(by_sound == home)
    print(f"by the notes: {sum(written)} of {len(written)}")
    if madmom is not None:
        print(f"by madmom: {sum(heard)} of {len(heard)}")


if __name__ == "__main__":
    main()
