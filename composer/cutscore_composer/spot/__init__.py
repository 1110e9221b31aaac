"""Spot: which moments the music meets, sections, energy arc, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.picture import Picture
    from cutscore_composer.spot.spotting import Spotting
    from cutscore_composer.wishes import Ending, Wishes


def spot(
    seen: Seen,
    picture: Picture,
    wishes: Wishes,
    *,
    follows_action: bool = False,
    likes_ending: Ending | None = None,
) -> Spotting:
    """The spotting notes of a picture: from quantised values only, so the same on every machine.

    follows_action: the style's hits may follow what moves in the picture, as those of comedies do.
    likes_ending: how the style ends where neither wishes nor picture say.
    """
    from cutscore_composer.spot.session import spot_picture

    return spot_picture(seen, picture, wishes, follows_action, likes_ending)
