"""Composition, spotting notes and measurements to the cue file's `Cue`."""

from __future__ import annotations

from fractions import Fraction

from cutscore_composer.cue import (
    Cue,
    CueBrief,
    CueChord,
    CueCut,
    CueGain,
    CueHit,
    CueKey,
    CueKeyAt,
    CueLoudness,
    CueSection,
    CueSpeech,
    CueStem,
    CueTempo,
    TempoPoint,
    new_cue,
)
from cutscore_composer.look.seen import Seen
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.timebase import SAMPLE_RATE, samples_for
from cutscore_composer.write.composition import Composition

_FASTEST_BPM = 240.0
"""No style plays faster: what is, is the gap between two chords of a picture that is shorter than a beat."""


def cue_of(
    composition: Composition,
    spotting: Spotting,
    seen: Seen,
    *,
    start_frame: int = 0,
    drop_frame: bool = False,
    loudness: CueLoudness | None = None,
    stems: tuple[CueStem, ...] = (),
    dialogue_lufs: float | None = None,
    duck: tuple[tuple[float, float], ...] = (),
    engine: str = "local",
    warnings: tuple[str, ...] = (),
) -> Cue:
    """The cue of a composition. `start_frame`, `drop_frame`: the picture's timecode; `warnings`: further ones."""
    brief, rate = composition.brief, composition.rate
    beats, downbeats = _beats(composition)
    told = (*seen.warnings, *composition.warnings, *warnings)
    return new_cue(
        engine,
        rate,
        composition.frames,
        samples_for(composition.frames, rate, SAMPLE_RATE),
        seed=composition.seed,
        start_frame=start_frame,
        drop_frame=drop_frame,
        brief=CueBrief(
            style=brief.style,
            description=brief.description,
            tags=brief.tags,
            instruments=brief.instruments,
            valence=brief.valence,
            energy=brief.energy,
            ending=brief.ending,
            sync=brief.sync,
        ),
        key=CueKey(brief.key.tonic, brief.key.mode),
        keys=tuple(
            CueKeyAt(max(0.0, composition.tempo.seconds(k.beat)), k.key.tonic, k.key.mode) for k in composition.keys
        ),
        metre=f"{brief.metre[0]}/{brief.metre[1]}",
        tempo=_tempo(composition),
        beats=beats,
        downbeats=downbeats,
        sections=tuple(
            CueSection(float(Fraction(s.frame_in) / rate), float(Fraction(s.frame_out) / rate), s.name, float(s.energy))
            for s in composition.sections
        ),
        cuts=tuple(CueCut(float(Fraction(c.frame) / rate), c.kind, float(c.weight)) for c in spotting.cuts),
        hits=tuple(
            CueHit(h.moment_seconds, h.kind, float(h.weight), _error_ms(h.seconds - h.moment_seconds), h.on)
            for h in composition.hits
        ),
        chords=tuple(
            CueChord(max(0.0, composition.tempo.seconds(c.beat)), c.symbol)
            for c in composition.chords
            if composition.tempo.seconds(c.beat) < composition.seconds
        ),
        loudness=loudness,
        stems=stems,
        speech=tuple(CueSpeech(float(Fraction(a) / rate), float(Fraction(b) / rate)) for a, b in spotting.speech),
        dialogue_lufs=None if dialogue_lufs is None else round(dialogue_lufs, 2),
        duck=tuple(CueGain(time, db) for time, db in duck),
        warnings=tuple(dict.fromkeys(told)),
    )


def _error_ms(seconds: float) -> float:
    """Tenths of a millisecond: finer is the arithmetic's and not the music's. Never a minus zero."""
    return round(1000 * seconds, 1) + 0.0


def _beats(composition: Composition) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Times of all beats and of the downbeats inside the picture."""
    beats: list[float] = []
    downbeats: list[float] = []
    for bar in composition.bars:
        for index in range(bar.beats):
            at = composition.tempo.seconds(bar.beat + index)
            if not -1e-9 <= at < composition.seconds:
                continue
            beats.append(max(0.0, at))
            if index == 0 and bar.beat >= 0:
                downbeats.append(max(0.0, at))
    return tuple(beats), tuple(downbeats)


def _tempo(composition: Composition) -> CueTempo | None:
    """The prevailing tempo (the mean over the music) and the map; None for a picture too short to have one."""
    tempo = composition.tempo
    first = composition.bars[0].beat if composition.bars else 0.0
    last = max(composition.final_beat, first + 1)
    mean = 60.0 * (last - first) / (tempo.seconds(last) - tempo.seconds(first))
    if mean > _FASTEST_BPM:
        return None
    points = tuple(
        TempoPoint(seconds, 60.0 * (after[0] - beat) / (after[1] - seconds), beat)
        for (beat, seconds), after in zip(tempo.anchors, tempo.anchors[1:], strict=False)
        if seconds < composition.seconds
    )
    return CueTempo(round(mean, 2), points)
