"""What a sound is for: dialogue, music or effects, told by the words in its names and its role metadata.

Words are those of editors in English, German, French, Spanish and Italian; accents and case do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from cutscore_composer.picture import SoundRole

_MUSIC = """
music musik musique musiques musica mx mus muz score scores song songs soundtrack bgm underscore theme bed cue
chanson lied lieder cancion bso ost banda partitur instrumental orchestra orchester melody karaoke tempmusic tempscore
"""
_EFFECTS = """
fx sfx effect effects effekt effekte effet effets efecto efectos effetti bruitage bruitages foley ambience ambiance
ambiances ambient ambiente ambientes amb atmo atmos atmosphere gerausch gerausche bg bgs background roomtone whoosh
impact impacts riser hit hits noise noises wind rain thunder footsteps ruido ruidos sonidos sounds soundeffect
soundeffects bruit bruits explosion
"""
_DIALOGUE = """
dia dial dialog dialogs dialoge dialogue dialogues dialogo dialogos dx vo voice voices voiceover vox narr narration
narrator narrateur narrador narracion speech interview interviews lav lavalier boom mic adr sprecher sprecherin sprache
stimme stimmen oton erzahler kommentar voix commentaire parole entretien voz voces locucion locutor entrevista sync
"""
_WORDS: dict[SoundRole, frozenset[str]] = {
    "effects": frozenset(_EFFECTS.split()),
    "music": frozenset(_MUSIC.split()),
    "dialogue": frozenset(_DIALOGUE.split()),
}
_PAIRS: dict[tuple[str, str], SoundRole] = {
    ("sound", "effect"): "effects",
    ("sound", "effects"): "effects",
    ("room", "tone"): "effects",
    ("voice", "over"): "dialogue",
    ("o", "ton"): "dialogue",
    ("off", "text"): "dialogue",
    ("production", "sound"): "dialogue",
    ("temp", "score"): "music",
    ("bande", "originale"): "music",
    ("opening", "theme"): "music",
}
_TEMP = frozenset({"temp", "tmp", "scratch", "placeholder", "guide"})
_ROLE_KEYS = ("role", "audiorole", "essentialsound", "audiotype", "category")


def role_of(*names: str) -> SoundRole | None:
    """The role that a name tells, the first that tells one; None where none does.

    >>> role_of("A3", "Musik_final.wav")
    'music'
    """
    for name in names:
        words = words_of(name)
        for pair in pairwise(words):
            if pair in _PAIRS:
                return _PAIRS[pair]
        for role, known in _WORDS.items():
            if not known.isdisjoint(words):
                return role
    return None


def is_called_temp(*names: str) -> bool:
    """Whether a name says outright that the sound is temporary."""
    return any(not _TEMP.isdisjoint(words_of(name)) for name in names)


def words_of(name: str) -> list[str]:
    """The words of a name, folded: "SFX_Türe02.wav" gives sfx, ture, wav."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(c)).casefold()
    return re.findall(r"[a-z]+", plain.replace("ß", "ss"))


def role_in_metadata(metadata: Mapping[str, Any], depth: int = 3) -> SoundRole | None:
    """The role that a program wrote into its metadata (Final Cut's and Premiere's audio roles)."""
    for key, value in metadata.items():
        if isinstance(value, str) and key.casefold().replace("_", "").replace(" ", "") in _ROLE_KEYS:
            if role := role_of(value):
                return role
        elif depth and isinstance(value, Mapping) and (role := role_in_metadata(value, depth - 1)):
            return role
    return None
