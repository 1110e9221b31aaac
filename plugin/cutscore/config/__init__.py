"""The configuration: `cutscore.yaml` as checked, immutable data.

>>> from cutscore.config import Settings
>>> Settings().music.sync
'natural'
"""

from __future__ import annotations

from cutscore.config.load import FILE_NAME, find_config, load_settings, override, user_config_file
from cutscore.config.model import EngineSettings, Settings, frame_rate
from cutscore.config.section import KeySource

__all__ = [
    "FILE_NAME",
    "EngineSettings",
    "KeySource",
    "Settings",
    "find_config",
    "frame_rate",
    "load_settings",
    "override",
    "user_config_file",
]
