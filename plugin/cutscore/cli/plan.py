"""`cutscore plan`: what the music would be, without a sound."""

from __future__ import annotations

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, tell
from cutscore.cli.work import working


def command(
    inputs: o.Inputs,
    description: o.Description = None,
    tag: o.Tags = None,
    style: o.Style = None,
    sync: o.Sync = None,
    ending: o.Ending = None,
    seed: o.Seed = None,
    follow_sound: o.FollowSound = None,
    range_: o.Range = None,
    search: o.Search = None,
    rate: o.Rate = None,
    strict: o.Strict = None,
    config: o.Config = None,
    profile: o.ProfileName = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Say what the music would be: hits, style, key, tempo; no sound is made and nothing is written."""
    settings = o.settings_from(
        config, profile, search=search, rate=rate,
        description=description, tags=tag, style=style, sync=sync, ending=ending, seed=seed,
        follow_sound=follow_sound,
    )  # fmt: skip
    from cutscore import scoring
    from cutscore_composer.cue import cue_json

    with working(progress) as shown:
        cue = scoring.plan(inputs, settings, progress=shown, range_text=range_, strict=strict)
    if json_:
        # The cue file's own text, made ASCII so that it comes through every console.
        say(_ascii(cue_json(cue)).rstrip("\n"))
        return
    from cutscore.cli.summary import say_hits, say_music

    for warning in cue.warnings:
        tell(f"Note: {warning}")
    say_music(cue)
    say("\nsections  " + "  ".join(f"{printable(s.name)} {s.start:.1f}–{s.end:.1f} s" for s in cue.sections))
    say()
    say_hits(cue)


def _ascii(json_text: str) -> str:
    r"""JSON text with characters beyond ASCII as \uXXXX."""
    units = json_text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    return "".join(chr(code) if code < 128 else f"\\u{code:04x}" for code in codes)
