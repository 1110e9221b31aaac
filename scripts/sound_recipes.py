"""What the sound pack is made of: for each SFZ file its recordings, and how they are shaped.

A Recipe is a pitched articulation, a Stroke one recording of an unpitched drum. Sources by name: MUSESCORE and
FLUID are SoundFonts of Debian (`musescore-general-soundfont-lossless`, `fluid-soundfont-gm`), SONIC_PI the
folder of CC0 recordings of `sonic-pi-samples`.
"""

from __future__ import annotations

from dataclasses import dataclass

MUSESCORE, FLUID, SONIC_PI = "MuseScore_General_Full.sf2", "FluidR3_GM.sf2", "sonic-pi"


@dataclass(frozen=True, slots=True)
class Layer:
    """Samples of one preset that make one velocity layer or round robin."""

    preset: tuple[int, int]
    pattern: str
    """Regular expression on the sample's name without its side."""
    velocities: tuple[int, int] = (1, 127)
    variant: int = 1
    font: str = MUSESCORE
    every: int = 1
    """Least distance in semitones between two sampled keys."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One SFZ file."""

    instrument: str
    articulation: str
    keys: tuple[int, int]
    layers: tuple[Layer, ...]
    shape: str
    """bowed, struck, held (bowed, of a short recording) or ringing (struck, of a short recording)."""
    attack_ms: float
    seconds: float
    quality: float = 4.0
    fade: float = 0.3
    mono: bool = False
    partials: int = 4
    """How many partials name the pitch: 1 where the others are not harmonic."""
    life: float = 0.0
    """Of a ringing note at key 72: seconds in which it falls to 1/e; an octave higher six tenths of it."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One unpitched recording on its key."""

    instrument: str
    key: int
    name: str
    """The sample's name without its side, or the file's without its ending."""
    velocities: tuple[int, int] = (1, 127)
    seconds: float = 3.0
    source: str = MUSESCORE
    preset: tuple[int, int] = (128, 0)
    cents: int = 0
    """Transposition, for drums that come from one recording."""
    variant: int = 1
    variants: int = 1
    pan: int = 0
    volume: float = 0.0


def strings(
    name: str, low: int, high: int, bank: int, samples: str, short: str, *, sparse: int = 1, plucked_every: int = 1
) -> tuple[Recipe, ...]:
    """The four articulations of a string section of VSCO 2: soft and loud, and round robins of the short ones.

    `sparse` is the least distance of sampled keys under the tremolo, whose noise hides a transposition.
    """
    loud = "v3" if name in ("cellos", "basses") else "v2"
    dynamics = ((r"v1b?", (1, 63)), (rf"{loud}b?", (64, 127)))
    short_dynamics = (("v1", (1, 86)), ("v3" if name == "basses" else "v2", (87, 127)))
    robins = (("", 1),) if name == "basses" else (("_r1", 1), ("_r2", 2))

    def repeated(preset: int, word: str, every: int) -> tuple[Layer, ...]:
        return tuple(
            Layer((bank, preset), rf"{short}{word}_.*_{v}{r}", velocities, number, every=every)
            for v, velocities in short_dynamics
            for r, number in robins
        )

    sustained = tuple(Layer((bank, 48), rf"{samples}_.*_{v}", velocities) for v, velocities in dynamics)
    trembling = tuple(
        Layer((bank, 44), rf"{short}Trm_.*_{v}", velocities, every=sparse)
        for v, velocities in (("v1", (1, 63)), ("v2", (64, 127)))
    )
    plucked = (Layer((bank, 45), rf"{short}Pzz_.*"),) if name == "basses" else repeated(45, "Pzz", plucked_every)
    keys = (low, high)
    return (
        Recipe(name, "sustain", keys, sustained, "bowed", 60.0, 5.5, quality=4.5),
        Recipe(name, "tremolo", keys, trembling, "bowed", 40.0, 3.6),
        Recipe(name, "staccato", keys, repeated(48, "Atk", 1), "struck", 25.0, 1.1),
        Recipe(name, "pizzicato", keys, plucked, "struck", 6.0, 2.0),
    )


def held(name: str, keys: tuple[int, int], program: int, *, attack_ms: float = 40.0, pattern: str = r".*") -> Recipe:
    """A solo wind or string of FluidR3, made long."""
    layers = (Layer((0, program), pattern, font=FLUID),)
    return Recipe(name, "sustain", keys, layers, "held", attack_ms, 3.0, mono=True)


def ringing(name: str, keys: tuple[int, int], program: int, *, life: float, seconds: float, partials: int) -> Recipe:
    """A mallet instrument of FluidR3, rung out where its recordings are cut short."""
    layers = (Layer((0, program), r".*", font=FLUID),)
    shape = "ringing" if life else "struck"
    return Recipe(name, "hit", keys, layers, shape, 2.0, seconds, quality=3.0, mono=True, partials=partials, life=life)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "piano",
        "piano",
        (21, 108),
        (Layer((0, 0), r"Piano MF .*", (1, 90), every=3), Layer((0, 0), r"Piano FF .*", (91, 127), every=3)),
        "struck",
        3.0,
        9.0,
        quality=4.0,
        fade=0.45,
    ),
    *strings("violins", 55, 96, 20, "Violins", "Vlns"),
    *strings("violas", 48, 84, 30, "Violas", "Viol", sparse=6),
    *strings("cellos", 36, 76, 40, "Celli", "Cell", sparse=6, plucked_every=5),
    *strings("basses", 28, 60, 50, "Basses", "Bass", sparse=6),
    held("violin", (55, 96), 40, attack_ms=50.0),
    held("cello", (36, 76), 42, attack_ms=50.0),
    Recipe("horns", "sustain", (36, 77), (Layer((0, 60), r".*", font=FLUID),), "bowed", 40.0, 4.0),
    Recipe(
        "brass", "sustain", (34, 84), (Layer((0, 61), r".*", font=FLUID),), "bowed", 40.0, 4.0, quality=5.0, mono=True
    ),
    Recipe("trumpets", "staccato", (54, 84), (Layer((0, 56), r".*", font=MUSESCORE),), "struck", 15.0, 0.45, mono=True),
    Recipe(
        "trombones", "staccato", (34, 72), (Layer((0, 57), r".*", font=MUSESCORE),), "struck", 15.0, 0.45, mono=True
    ),
    held("flute", (60, 96), 73),
    held("clarinet", (50, 91), 71, attack_ms=30.0),
    held("oboe", (58, 89), 68, attack_ms=30.0),
    held("bassoon", (34, 74), 70, attack_ms=30.0),
    Recipe("choir", "sustain", (41, 81), (Layer((0, 52), r".*", font=FLUID),), "bowed", 80.0, 4.0),
    Recipe("timpani", "hit", (36, 60), (Layer((0, 47), r".*", font=FLUID),), "struck", 3.0, 3.8, partials=1),
    ringing("marimba", (45, 96), 12, life=0.0, seconds=1.6, partials=1),
    ringing("xylophone", (65, 108), 13, life=0.0, seconds=1.0, partials=1),
    ringing("vibraphone", (53, 89), 11, life=1.3, seconds=4.0, partials=1),
    ringing("glockenspiel", (79, 108), 9, life=0.9, seconds=2.2, partials=1),
    ringing("celesta", (60, 108), 8, life=0.7, seconds=2.2, partials=1),
    ringing("music_box", (60, 96), 10, life=0.7, seconds=2.0, partials=1),
)

_SOFT, _HARD = (1, 84), (85, 127)

STROKES: tuple[Stroke, ...] = (
    Stroke("percussion", 36, "Orch Bass Drum", source=FLUID, preset=(128, 48)),
    Stroke("percussion", 38, "Orch Snare", source=FLUID, preset=(128, 48), seconds=1.0),
    Stroke("percussion", 39, "Clap", seconds=0.4, volume=-5.0),
    Stroke("percussion", 41, "Long Taiko Hit", source=FLUID, preset=(128, 48), cents=-300),
    Stroke("percussion", 45, "Long Taiko Hit", source=FLUID, preset=(128, 48)),
    Stroke("percussion", 48, "Short Taiko Hit", source=FLUID, preset=(128, 48)),
    Stroke("percussion", 49, "MCym1 crash pp2", (1, 49), 4.5, preset=(128, 58)),
    Stroke("percussion", 49, "MCym1 crash mp1", (50, 74), 5.0, preset=(128, 58)),
    Stroke("percussion", 49, "MCym1 crash mf2", (75, 99), 5.0, preset=(128, 58)),
    Stroke("percussion", 49, "MCym1 crash ff3", (100, 127), 5.0, preset=(128, 58)),
    Stroke("percussion", 51, "Crsh 1", seconds=5.0),
    Stroke("percussion", 52, "China Crash", seconds=3.6, cents=-1200),
    Stroke("percussion", 54, "Tambourine", source=FLUID, preset=(128, 48), seconds=0.6, volume=-5.0),
    Stroke("percussion", 56, "Cow Bell", seconds=0.4, volume=-6.0),
    Stroke("percussion", 60, "Bongo Rim", seconds=0.3, pan=-20, volume=-6.0),
    Stroke("percussion", 61, "Low Bongo", seconds=0.4, pan=-20, volume=-5.0),
    Stroke("percussion", 63, "High Conga", seconds=0.7, pan=25, volume=-4.0),
    Stroke("percussion", 70, "Maracas", source=FLUID, preset=(128, 48), seconds=0.3, volume=-7.0),
    Stroke("percussion", 75, "Clave", source=FLUID, preset=(128, 48), seconds=0.3, volume=-6.0),
    Stroke("percussion", 76, "High Woodblock", seconds=0.3, volume=-5.0),
    Stroke("percussion", 81, "Triangle", source=FLUID, preset=(128, 48), seconds=1.7, volume=-6.0),
    Stroke("percussion", 82, "Small Shaker", source=FLUID, preset=(128, 48), seconds=0.7, volume=-7.0),
    Stroke("kit", 36, "drum_bass_soft", _SOFT, 0.6, SONIC_PI),
    Stroke("kit", 36, "drum_bass_hard", _HARD, 0.7, SONIC_PI),
    Stroke("kit", 37, "Rim Tap", seconds=0.5, volume=-6.0),
    Stroke("kit", 38, "Snr 2-1", seconds=0.4, preset=(128, 35), variants=2, volume=-1.0),
    Stroke("kit", 38, "Snr 2-2", seconds=0.4, preset=(128, 35), variant=2, variants=2, volume=-1.0),
    Stroke("kit", 39, "Clap", seconds=0.4, volume=-5.0),
    Stroke("kit", 40, "Brush Snr 1", seconds=0.4, preset=(128, 42), variants=2, volume=-7.0),
    Stroke("kit", 40, "Brush Snr 2", seconds=0.6, preset=(128, 42), variant=2, variants=2, volume=-7.0),
    Stroke("kit", 41, "drum_tom_lo_soft", _SOFT, 0.9, SONIC_PI, pan=45, volume=-2.0),
    Stroke("kit", 41, "drum_tom_lo_hard", _HARD, 1.0, SONIC_PI, pan=45, volume=-2.0),
    Stroke("kit", 42, "Hi-Hat Closed", seconds=0.5, pan=-40, volume=-11.0),
    Stroke("kit", 43, "Brush Swirl", seconds=0.6, preset=(128, 42), volume=-10.0),
    Stroke("kit", 44, "Hi-Hat Foot", seconds=0.4, pan=-40, volume=-12.0),
    Stroke("kit", 45, "drum_tom_mid_soft", _SOFT, 0.7, SONIC_PI, pan=10, volume=-2.0),
    Stroke("kit", 45, "drum_tom_mid_hard", _HARD, 0.8, SONIC_PI, pan=10, volume=-2.0),
    Stroke("kit", 46, "Hi-Hat Half-Open", seconds=2.0, pan=-40, volume=-9.0),
    Stroke("kit", 48, "drum_tom_hi_soft", _SOFT, 0.6, SONIC_PI, pan=-25, volume=-3.0),
    Stroke("kit", 48, "drum_tom_hi_hard", _HARD, 0.8, SONIC_PI, pan=-25, volume=-3.0),
    Stroke("kit", 49, "Crsh 1", seconds=5.0, pan=-50, variants=2, volume=-5.0),
    Stroke("kit", 49, "Crsh 2", seconds=4.0, pan=45, variant=2, variants=2, volume=-5.0),
    Stroke("kit", 51, "Ride1", seconds=2.5, pan=40, volume=-11.0),
    Stroke("kit", 53, "BellRide", seconds=2.6, pan=40, volume=-11.0),
    Stroke("kit", 54, "Tambourine", source=FLUID, preset=(128, 48), seconds=0.6, volume=-11.0),
    Stroke("kit", 56, "Cow Bell", seconds=0.4, pan=20, volume=-9.0),
    Stroke("kit", 82, "Small Shaker", source=FLUID, preset=(128, 48), seconds=0.7, volume=-14.0),
)
"""Drums that an orchestra and a kit share are kept once, with the percussion."""
