"""Styles as data: what a style file may say (model, rows, fields), how its patterns are written, and how it is read.

>>> load_style("cinematic").metre.default
'4/4'
"""

from cutscore_composer.plan.style.fields import EnergyClass
from cutscore_composer.plan.style.load import (
    energy_class,
    load_style,
    parse_style,
    read_style,
    resolve_style,
    style_names,
    vocabulary_names,
)
from cutscore_composer.plan.style.model import Family, Feel, Harmony, MixHints, Style
from cutscore_composer.plan.style.rows import AccentRow, Layer, LayerRow, LeadInRow, LeadRow

__all__ = [
    "AccentRow",
    "EnergyClass",
    "Family",
    "Feel",
    "Harmony",
    "Layer",
    "LayerRow",
    "LeadInRow",
    "LeadRow",
    "MixHints",
    "Style",
    "energy_class",
    "load_style",
    "parse_style",
    "read_style",
    "resolve_style",
    "style_names",
    "vocabulary_names",
]
