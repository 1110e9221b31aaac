"""Effects: sound design from the picture, mixed under the music: whooshes, risers, impacts and room tone.

Which moments get one is decided from what was seen and spotted (cueing), what it sounds like from our own synthesis
(sounds, room_tone), and how loud it is from the music around it (layer). The same picture and seed give the same sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutscore_composer.effects.layer import EffectsLayer
    from cutscore_composer.effects.sheet import EffectSheet
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.spot.spotting import Spotting
    from cutscore_composer.write.composition import Composition


def design(seen: Seen, spotting: Spotting, composition: Composition) -> EffectSheet:
    """The cue sheet of the effects of a picture."""
    from cutscore_composer.effects.cueing import cue_effects

    return cue_effects(seen, spotting, composition)


def laid(sheet: EffectSheet, *, later_seconds: float = 0.0) -> EffectsLayer:
    """The effects as a sound to lay under music; the picture begins `later_seconds` into the file."""
    from cutscore_composer.effects.layer import EffectsLayer

    return EffectsLayer(sheet, later_seconds)
