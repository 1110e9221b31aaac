"""How fast play and mix are, as times real time in processor seconds, and that memory does not grow with the cue.

python benchmarks/play_real_time.py
"""

from __future__ import annotations

import resource
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from handmade_cue import handmade_cue

from cutscore_composer.engine import Progress
from cutscore_composer.mix.mix import mix
from cutscore_composer.play.play import play
from cutscore_composer.write.composition import Composition


def repeated(cue: Composition, times: int) -> Composition:
    """The cue several times in a row."""
    span = cue.final_beat + 4
    parts = tuple(
        replace(
            part,
            notes=tuple(replace(note, beat=note.beat + span * k) for k in range(times) for note in part.notes),
            dynamics=tuple(replace(point, beat=point.beat + span * k) for k in range(times) for point in part.dynamics),
        )
        for part in cue.parts
    )
    chords = tuple(replace(chord, beat=chord.beat + span * k) for k in range(times) for chord in cue.chords)
    frames = round(cue.tempo.seconds(span * times) * 24)
    return replace(cue, parts=parts, chords=chords, frames=frames, final_beat=span * times - 4)


def main() -> None:
    """Print seconds, times real time and peak memory for one minute and for five."""
    for times in (1, 5):
        cue = repeated(handmade_cue(), times)
        notes = sum(len(part.notes) for part in cue.parts)
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            played = 0.0

            def timed():  # type: ignore[no-untyped-def]
                nonlocal played
                blocks = play(cue, Progress())  # noqa: B023
                while True:
                    begin = time.process_time()
                    block = next(blocks, None)
                    played += time.process_time() - begin
                    if block is None:
                        return
                    yield block

            mixed = mix(cue, timed(), Path(folder), Progress())
            total = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{cue.seconds:6.1f} s of music, {notes} notes: play {played:.1f} s, mix {total - played:.1f} s, "
            f"{cue.seconds / total:.1f} × real time, {memory:.0f} MB at most; "
            f"{mixed.loudness.lufs:.2f} LUFS, {mixed.loudness.dbtp:.2f} dBTP"
        )


if __name__ == "__main__":
    main()
