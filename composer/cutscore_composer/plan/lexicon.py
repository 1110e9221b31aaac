"""Mood words to valence (−1 dark … 1 bright) and energy (0 still … 1 all out).

A modest list of the words that editors use; deeper meaning can replace `mood_of` behind the same call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOODS: dict[str, tuple[float, float]] = {
    # bright
    "happy": (0.8, 0.62),
    "joyful": (0.9, 0.68),
    "joy": (0.8, 0.65),
    "cheerful": (0.8, 0.62),
    "uplifting": (0.75, 0.62),
    "inspiring": (0.65, 0.6),
    "inspirational": (0.65, 0.6),
    "hopeful": (0.55, 0.45),
    "hope": (0.5, 0.42),
    "optimistic": (0.6, 0.52),
    "triumphant": (0.75, 0.85),
    "victorious": (0.75, 0.85),
    "heroic": (0.55, 0.85),
    "playful": (0.75, 0.55),
    "funny": (0.75, 0.6),
    "light": (0.45, 0.3),
    "sunny": (0.75, 0.5),
    "warm": (0.5, 0.3),
    "tender": (0.35, 0.15),
    "romantic": (0.45, 0.3),
    "love": (0.45, 0.3),
    "magical": (0.5, 0.4),
    "wonder": (0.5, 0.4),
    "wondrous": (0.55, 0.42),
    "majestic": (0.5, 0.7),
    "adventurous": (0.45, 0.75),
    "adventure": (0.4, 0.75),
    "bright": (0.6, 0.5),
    "celebratory": (0.85, 0.75),
    "proud": (0.5, 0.65),
    # still
    "calm": (0.2, 0.12),
    "peaceful": (0.35, 0.1),
    "relaxing": (0.3, 0.12),
    "relaxed": (0.3, 0.18),
    "serene": (0.35, 0.1),
    "gentle": (0.3, 0.15),
    "soft": (0.2, 0.12),
    "quiet": (0.05, 0.1),
    "minimal": (0.0, 0.18),
    "intimate": (0.1, 0.15),
    "dreamy": (0.25, 0.2),
    "floating": (0.2, 0.15),
    "reflective": (-0.05, 0.2),
    "contemplative": (-0.1, 0.18),
    "thoughtful": (0.0, 0.22),
    "nostalgic": (-0.1, 0.25),
    "bittersweet": (-0.15, 0.28),
    # dark
    "sad": (-0.65, 0.18),
    "sadness": (-0.65, 0.18),
    "melancholic": (-0.55, 0.2),
    "melancholy": (-0.55, 0.2),
    "sorrowful": (-0.75, 0.2),
    "mournful": (-0.75, 0.18),
    "grief": (-0.8, 0.2),
    "lonely": (-0.55, 0.15),
    "tragic": (-0.8, 0.4),
    "dark": (-0.65, 0.45),
    "gloomy": (-0.65, 0.25),
    "ominous": (-0.75, 0.45),
    "sinister": (-0.85, 0.5),
    "eerie": (-0.7, 0.3),
    "scary": (-0.85, 0.6),
    "horror": (-0.9, 0.6),
    "creepy": (-0.8, 0.4),
    "mysterious": (-0.4, 0.3),
    "mystery": (-0.4, 0.3),
    "suspense": (-0.6, 0.5),
    "suspenseful": (-0.6, 0.5),
    "tense": (-0.6, 0.58),
    "tension": (-0.6, 0.58),
    "dramatic": (-0.35, 0.72),
    "serious": (-0.3, 0.4),
    "angry": (-0.7, 0.85),
    "menacing": (-0.8, 0.6),
    # driven
    "epic": (-0.05, 0.92),
    "powerful": (0.0, 0.88),
    "intense": (-0.3, 0.88),
    "aggressive": (-0.5, 0.92),
    "action": (-0.2, 0.9),
    "chase": (-0.3, 0.9),
    "battle": (-0.4, 0.95),
    "war": (-0.55, 0.8),
    "energetic": (0.4, 0.85),
    "exciting": (0.4, 0.85),
    "driving": (0.1, 0.8),
    "urgent": (-0.3, 0.8),
    "fierce": (-0.4, 0.9),
    "grand": (0.2, 0.75),
    "emotional": (-0.1, 0.45),
}
_STRONGER = {
    "very": 1.25,
    "extremely": 1.35,
    "really": 1.2,
    "deeply": 1.25,
    "slightly": 0.55,
    "somewhat": 0.7,
    "bit": 0.6,
}
_NOT = frozenset({"not", "no", "never", "without", "less", "isn't", "don't", "nothing"})


@dataclass(frozen=True, slots=True)
class Mood:
    """Mean mood of the words found, and how many there were."""

    valence: float
    energy: float
    words: tuple[str, ...]
    contradiction: bool = False
    """Whether two words pull hard against each other ("calm aggressive")."""


def mood_of(text: str) -> Mood | None:
    """The mood that a text names, or None when no word of it is known."""
    tokens = re.findall(r"[a-z']+", text.lower())
    found: list[tuple[str, float, float]] = []
    for index, token in enumerate(tokens):
        mood = MOODS.get(token) or MOODS.get(token.removesuffix("ly")) or MOODS.get(token.removesuffix("ness"))
        if mood is None:
            continue
        before = tokens[max(0, index - 2) : index]
        valence, energy = mood
        for word in before:
            strength = _STRONGER.get(word, 1.0)
            valence, energy = valence * strength, 0.45 + (energy - 0.45) * strength
        if _NOT & set(before):
            valence, energy = -valence * 0.5, 0.45 - (energy - 0.45) * 0.7
        found.append((token, min(1.0, max(-1.0, valence)), min(1.0, max(0.0, energy))))
    if not found:
        return None
    valences, energies = [f[1] for f in found], [f[2] for f in found]
    torn = max(energies) - min(energies) > 0.68 or max(valences) - min(valences) > 1.35
    return Mood(sum(valences) / len(found), sum(energies) / len(found), tuple(f[0] for f in found), torn)
