"""Cueing: which cuts, moves and flashes get an effect. Few do: what is on every cut is heard on none.

Impacts go to the strongest hard cuts and to the editor's own markers, with room between them; a riser leads into the
strongest of these. Whooshes go with what moves: cuts in the middle of movement, bursts of it, moves of the camera,
dissolves. Where the music itself already swells or sweeps, nothing swells or sweeps beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cutscore_composer.effects.moves import moves_in
from cutscore_composer.effects.rooms import rooms_of
from cutscore_composer.effects.sheet import Effect, EffectKind, EffectSheet
from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.spot.curves import sample_of
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ensemble import sound_pack

_IMPACT_WEIGHT, _IMPACTS_APART = 0.55, 7.0
_RISER_WEIGHT, _RISERS_APART = 0.66, 18.0
_RISER_SECONDS = (1.2, 3.6)
_AFTER_IMPACT = 1.6
"""A riser waits until the impact before it has rung."""
_WHOOSH_WEIGHT, _WHOOSH_MOTION, _WHOOSHES_APART = 0.35, 0.3, 3.0
_FROM_IMPACT = 1.2
_SOFT_WEIGHT = 0.4
"""Weight of what a dissolve or a fade gets."""
_FLASH_APART = 2.0
_OURS_SECONDS = 0.45
"""An effect of the music this near is the effect."""
_OVER_VOICE = 1.0
"""Weight from which an impact may fall into speech: an editor's marker."""
_ALWAYS_RISES = 0.9
"""Weight from which a riser leads even into less energy."""
_RINGS_SECONDS = {"impact": 4.5, "whoosh": 0.0, "riser": 0.0}
_EDGE_SECONDS = 0.35
"""Nothing so near to the ends of the picture."""


def cue_effects(seen: Seen, spotting: Spotting, composition: Composition) -> EffectSheet:
    """See `effects.design`."""
    chooser = _Chooser(seen, spotting, composition)
    chooser.impacts()
    chooser.flashes()
    chooser.risers()
    chooser.whooshes()
    rate = spotting.rate
    return EffectSheet(
        rate=rate,
        frames=spotting.frames,
        effects=tuple(sorted(chooser.chosen, key=lambda effect: (effect.frame, effect.kind))),
        rooms=rooms_of(seen, composition.seed),
        speech=tuple((float(first / rate), float(last / rate)) for first, last in spotting.speech),
    )


class _Chooser:
    """Chooses effects, the most important first, each with room around it."""

    def __init__(self, seen: Seen, spotting: Spotting, composition: Composition) -> None:
        self.chosen: list[Effect] = []
        self._seen, self._spotting, self._music = seen, spotting, composition
        self._seconds = float(spotting.frames / spotting.rate)
        self._struck, self._swelling = _of_the_music(composition)
        self._key = composition.brief.key.pitch_class

    def impacts(self) -> None:
        """On the editor's markers, then on the heaviest hard cuts."""
        marked = [moment.frame for moment in self._spotting.moments if moment.kind == "marker"]
        for frame in marked:
            self._add(frame, "impact", 1.0, "impact on the marker", apart=1.0)
        hard = [cut for cut in self._spotting.cuts if cut.kind == "cut" and cut.weight >= _IMPACT_WEIGHT]
        for cut in sorted(hard, key=lambda cut: (-cut.weight, cut.frame)):
            self._add(cut.frame, "impact", cut.weight, "impact on the cut", apart=_IMPACTS_APART)

    def flashes(self) -> None:
        """On flashes of light: short and high."""
        for peak in self._seen.peaks:
            if peak.kind == "flash":
                weight = 0.3 + 0.5 * peak.strength
                self._add(peak.frame, "impact", weight, "glint on the flash", apart=_FLASH_APART, bright=True)

    def risers(self) -> None:
        """Into the strongest impacts, where nothing hinders them."""
        impacts = [one for one in self.chosen if one.kind == "impact" and not one.bright]
        for impact in sorted(impacts, key=lambda one: (-one.weight, one.frame)):
            end = self._at(impact.frame)
            before = max((self._at(other.frame) for other in impacts if other.frame < impact.frame), default=0.0)
            room = end - before - (_AFTER_IMPACT if before else 0.2)
            length = min(_RISER_SECONDS[1], 0.55 * room + 0.4, room)
            told = impact.weight >= _ALWAYS_RISES or self._rises_at(impact.frame)
            if impact.weight < _RISER_WEIGHT or length < _RISER_SECONDS[0] or not told:
                continue
            if any(start < end + 0.1 and stop > end - length for start, stop in self._swelling):
                continue
            if not self._silent_of_voice(end - length, end):
                continue
            self._add(impact.frame, "riser", impact.weight, "riser into the cut", apart=_RISERS_APART, before=length)

    def whooshes(self) -> None:
        """With cuts amid movement, with bursts and moves, and softly with dissolves."""
        wanted: list[tuple[float, int, str, float, float]] = []
        for cut in self._spotting.cuts:
            moving = self._motion(cut.frame)
            if cut.kind == "cut" and cut.weight >= _WHOOSH_WEIGHT and moving >= _WHOOSH_MOTION:
                wanted.append((0.5 * cut.weight + 0.5 * moving, cut.frame, "whoosh through the cut", 0.42, 0.5))
        for seen in self._seen.cuts:
            if seen.kind != "cut":
                half = min(1.4, max(0.35, float(seen.frames / self._seen.rate) * 0.6))
                wanted.append((_SOFT_WEIGHT, seen.frame, f"soft whoosh through the {seen.kind}", half, half))
        for move in moves_in(self._seen):
            wanted.append((move.strength, move.frame, move.name, move.before, move.after))
        for weight, frame, name, before, after in sorted(wanted, key=lambda row: (-row[0], row[1])):
            self._add(frame, "whoosh", weight, name, apart=_WHOOSHES_APART, before=before, after=after)

    def _add(
        self,
        frame: int,
        kind: EffectKind,
        weight: float,
        name: str,
        *,
        apart: float,
        before: float = 0.0,
        after: float = 0.0,
        bright: bool = False,
    ) -> None:
        """Adds an effect unless another of its kind is near, somebody speaks there, or the music itself sweeps."""
        at = self._at(frame)
        if not _EDGE_SECONDS < at < self._seconds - _EDGE_SECONDS or at - before < 0:
            return
        near = (abs(self._at(other.frame) - at) for other in self.chosen if other.kind == kind)
        if any(distance < apart for distance in near):
            return
        if kind == "whoosh" and any(
            abs(self._at(other.frame) - at) < _FROM_IMPACT for other in self.chosen if other.kind != "whoosh"
        ):
            return
        if kind == "whoosh" and any(abs(struck - at) < _OURS_SECONDS for struck in self._struck):
            return
        marked = kind == "impact" and weight >= _OVER_VOICE
        if not marked and not self._silent_of_voice(at - before, at + max(0.3, after)):
            return
        chance = draws("effect", self._music.seed, kind, frame)
        low = 24 if kind == "impact" else 48
        self.chosen.append(
            Effect(
                frame,
                kind,
                round(weight, 3),
                name,
                round(before, 3),
                round(after or (0.0 if kind == "riser" else _RINGS_SECONDS[kind]), 3),
                chance.choice((-1.0, 1.0)) * round(chance.uniform(0.4, 0.8), 2),
                low + self._key,
                chance.getrandbits(31),
                bright,
            )
        )

    def _at(self, frame: int) -> float:
        return float(frame / self._spotting.rate)

    def _motion(self, frame: int) -> float:
        """The most movement within four tenths of a second of a frame."""
        place = sample_of(frame, self._seen.rate, len(self._seen.motion))
        return float(self._seen.motion[max(0, place - 4) : place + 5].max())

    def _rises_at(self, frame: int) -> bool:
        """Whether the energy after a frame is not below that before it."""
        energy = self._spotting.energy
        place = sample_of(frame, self._spotting.rate, len(energy))
        before, after = energy[max(0, place - 2 * CURVE_HZ) : place + 1], energy[place : place + 3 * CURVE_HZ]
        return float(after.mean()) >= float(before.mean()) - 0.02

    def _silent_of_voice(self, start: float, end: float) -> bool:
        """Whether nobody speaks for more than a third of a stretch."""
        rate = self._spotting.rate
        ranges = ((float(first / rate), float(last / rate)) for first, last in self._spotting.speech)
        spoken = sum(max(0.0, min(end, last) - max(start, first)) for first, last in ranges)
        return spoken <= (end - start) / 3


def _of_the_music(composition: Composition) -> tuple[Sequence[float], Sequence[tuple[float, float]]]:
    """When effects of the music itself are struck, and where they swell (seconds)."""
    struck: list[float] = []
    swelling: list[tuple[float, float]] = []
    for part in composition.parts:
        if sound_pack()[part.instrument].channel != "fx":
            continue
        for note in part.notes:
            start = composition.tempo.seconds(note.beat)
            end = composition.tempo.seconds(note.beat + note.beats)
            if note.articulation == "swell":
                swelling.append((start, end))
            elif note.beats < 16:
                struck.append(start)
    return struck, swelling
