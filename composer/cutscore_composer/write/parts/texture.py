"""Texture: single colours far apart, each by its instrument's nature: a bell, a high tone, a cluster, a whoosh.

Vinyl crackles from the first phrase to the end of the picture.
"""

from __future__ import annotations

import random

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.keys import drum_key
from cutscore_composer.write.parts.seats import one_seat
from cutscore_composer.write.parts.stand import Stand

_SWELLS = ("riser", "reverse", "whoosh")
_STRUCK_FX = ("impact", "braam", "sub_drop")
_SOFT_METAL = ("tam-tam", "suspended cymbal", "triangle", "ride bell", "shaker")
_DREAD = frozenset({"tension"})
"""Families in which held tones rub."""
_BARS_APART = 2


def texture(stand: Stand) -> None:
    """One or two events in a phrase; nothing under speech."""
    seat = one_seat(stand)
    if seat == "vinyl":
        _whole(stand, seat)
        return
    chooser = stand.chooser("events")
    if seat in _SWELLS:
        _swell(stand, seat, chooser)
        return
    if seat in _STRUCK_FX:
        _boom(stand, seat, chooser)
        return
    first = chooser.randrange(min(2, len(stand.phrase.bars)))
    for bar in stand.phrase.bars[first::_BARS_APART]:
        if not bar.speech:
            _event(stand, seat, bar, chooser)


def _whole(stand: Stand, seat: str) -> None:
    phrase, page = stand.phrase, stand.page
    last = phrase.index + 1 == len(page.phrases)
    end = page.end_beat if last else phrase.end + 0.1
    # Not through the stand: it crackles on under the last chord.
    stand.sheet.write(stand.role, seat, phrase.beat, end - phrase.beat, 60, 64 + stand.row.force)


def _swell(stand: Stand, seat: str, chooser: random.Random) -> None:
    """Into the end of the phrase, or into the middle of one that does not lead to a new section."""
    phrase, page = stand.phrase, stand.page
    border = phrase.index + 1 == len(page.phrases) or page.phrases[phrase.index + 1].place == 0
    bar = phrase.bars[-1 if border else chooser.randrange(len(phrase.bars))]
    if bar.speech:
        return
    length = min(float(bar.beats), 4.0 if seat == "riser" else 2.0)
    stand.write(seat, bar.end - length, length, 60, 30 + 40 * phrase.energy + chooser.gauss(0, 3), "swell")


def _boom(stand: Stand, seat: str, chooser: random.Random) -> None:
    """At the beginning of a section, or once in a while at that of a phrase."""
    phrase = stand.phrase
    bar = phrase.bars[0]
    if bar.speech or (phrase.place and chooser.random() > 0.4):
        return
    pitch = stand.player(seat).comfortable[0]
    root = pitch + (stand.page.chord_at(bar.beat).chord.bass - pitch) % 12
    stand.write(seat, bar.beat, 4.0, root, 34 + 50 * phrase.energy + chooser.gauss(0, 3), "hit")


def _event(stand: Stand, seat: str, bar: FormBar, chooser: random.Random) -> None:
    player = stand.player(seat)
    velocity = 30 + 36 * bar.energy + chooser.gauss(0, 4)
    beat = bar.beat + chooser.choice((0.0, 0.5, 1.0, 1.5, 2.5)) % bar.beats
    chord = stand.page.chord_at(beat)
    if player.keys:
        key = next((key for drum in _SOFT_METAL if (key := drum_key(seat, drum)) is not None), min(player.keys))
        stand.write(seat, beat, 4.0, key, velocity - 6, "hit")
        return
    low, high = player.comfortable
    middle = low + (high - low) * 2 // 3
    near = [pitch for pitch in range(middle - 7, middle + 8) if pitch % 12 in chord.chord.tones]
    pitch = chooser.choice(near or [middle])
    if player.channel in ("mallets", "plucked", "piano", "keys"):
        struck = [pitch] if chooser.random() < 0.6 else [pitch, pitch + 7 if pitch + 7 <= high else pitch - 5]
        for place, tone in enumerate(struck):
            stand.write(seat, beat + 0.5 * place, 4.0, tone, velocity - 4 * place, "sustain")
        return
    rubs = stand.page.style.family in _DREAD
    length = min(chooser.choice((3.0, 4.0, 6.0)), stand.until - beat)
    how: Articulation = "tremolo" if rubs and chooser.random() < 0.4 else "sustain"
    for tone in (pitch, pitch + 1, pitch + 2) if rubs and player.channel in ("strings", "choir") else (pitch,):
        stand.write(seat, beat, length, min(tone, player.high), velocity, how)
