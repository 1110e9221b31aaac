"""The spotting session: borders, arc, ending, weights and moments, in the order in which they need each other."""

from __future__ import annotations

from itertools import pairwise

from cutscore_composer.look.seen import Seen
from cutscore_composer.picture import Picture
from cutscore_composer.spot.arc import energy_arc
from cutscore_composer.spot.curves import Means, sample_of, step
from cutscore_composer.spot.ending import find_close, silent_head
from cutscore_composer.spot.markers import read_markers
from cutscore_composer.spot.moments import choose_moments
from cutscore_composer.spot.sections import find_borders, name_sections
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.spot.weigh import weigh_cuts
from cutscore_composer.wishes import Wishes


def spot_picture(seen: Seen, picture: Picture, wishes: Wishes) -> Spotting:
    """See `spot.spot`."""
    markers = read_markers(picture)
    starts = [marker.frame for marker in markers if marker.word == "start"]
    ends = [marker.frame for marker in markers if marker.word == "end" and marker.frame > seen.frames // 2]
    turns = [marker.frame for marker in markers if marker.word in ("build", "drop", "quiet")]

    borders = find_borders(seen, turns)
    energy = energy_arc(seen, borders, [(marker.frame, marker.word) for marker in markers])
    cuts = weigh_cuts(seen, borders)
    close = find_close(seen, cuts, energy, wishes.ending, ends[-1] if ends else None, picture.closing_fade_frames)
    silent = starts[0] if starts and starts[0] < close.final_frame else silent_head(seen)
    silent = silent if silent < close.final_frame else 0
    moments = choose_moments(
        seen,
        cuts,
        [marker.frame for marker in markers],
        borders,
        wishes.sync,
        silent_until=silent,
        final_frame=close.final_frame,
    )
    means = Means(energy)
    edges = [sample_of(frame, seen.rate, means.length) for frame in [*borders, seen.frames]]
    energies = [step(means.between(a + 1 if a else 0, b)) for a, b in pairwise(edges)]
    return Spotting(
        rate=seen.rate,
        frames=seen.frames,
        cuts=cuts,
        moments=moments,
        sections=name_sections(seen, borders, energies),
        energy=energy,
        speech=seen.speech,
        ending=close.ending,
        final_frame=close.final_frame,
        silent_until=silent,
        start_told=silent in starts,
        final_told=bool(ends),
    )
