"""The spotting session: borders, arc, ending, weights and moments, in the order in which they need each other."""

from __future__ import annotations

from cutscore_composer.look.seen import Seen
from cutscore_composer.picture import Picture
from cutscore_composer.spot.arc import energy_arc
from cutscore_composer.spot.ending import find_close, silent_head
from cutscore_composer.spot.markers import read_markers
from cutscore_composer.spot.moments import choose_moments, manner_of
from cutscore_composer.spot.sections import find_borders, name_sections
from cutscore_composer.spot.spotting import Spotting, Told
from cutscore_composer.spot.weigh import weigh_cuts
from cutscore_composer.wishes import Ending, Wishes

_STRONG = 0.6
"""Weight of a cut at which a build may arrive."""
_LEAST_SECONDS = 2
"""Music that is told to end sooner after its start is not obeyed."""


def spot_picture(
    seen: Seen, picture: Picture, wishes: Wishes, follows_action: bool, likes_ending: Ending | None
) -> Spotting:
    """See `spot.spot`."""
    markers = read_markers(picture)
    starts = [marker.frame for marker in markers if marker.word == "start"]
    first = starts[0] + _LEAST_SECONDS * seen.rate if starts else _LEAST_SECONDS * seen.rate
    ends = [marker.frame for marker in markers if marker.word == "end" and marker.frame >= first]
    turns = [marker.frame for marker in markers if marker.word in ("build", "drop", "quiet")]

    borders = find_borders(seen, turns)
    cuts = weigh_cuts(seen, borders)
    strong = sorted({*borders[1:], *(cut.frame for cut in cuts if cut.weight >= _STRONG)})
    arc = energy_arc(seen, borders, markers, strong)
    close = find_close(
        seen,
        cuts,
        arc.curve,
        wishes.ending,
        ends[-1] if ends else None,
        picture.closing_fade_frames,
        likes_ending or "ring",
    )
    silent = starts[0] if starts and starts[0] < close.final_frame else silent_head(seen)
    silent = silent if silent < close.final_frame else 0
    moments = choose_moments(
        seen,
        cuts,
        [marker.frame for marker in markers if marker.word in ("hit", "drop") and silent <= marker.frame],
        borders,
        manner_of(wishes.sync, follows_action),
        silent_until=silent,
        final_frame=close.final_frame,
    )
    return Spotting(
        rate=seen.rate,
        frames=seen.frames,
        cuts=cuts,
        moments=moments,
        sections=name_sections(seen, borders, arc.sections),
        energy=arc.curve,
        speech=seen.speech,
        ending=close.ending,
        final_frame=close.final_frame,
        silent_until=silent,
        start_told=silent in starts,
        final_told=bool(ends),
        final_free=close.free,
        level=arc.level,
        told=tuple(Told(marker.frame, marker.word) for marker in markers),
    )
