"""Encode: a delivered WAV becomes any of the contract's 21 formats, exactly as long as it was.

    >>> encode(Path("film.wav"), Path("film.mp3"), output_format("mp3_44100_128"), Progress())   # doctest: +SKIP

The same WAV always gives the same bytes; memory is flat however long it is. Everything is stereo but µ-law
and A-law, which are telephone formats: `audio/basic` is one channel by definition (RFC 2046).
"""

from __future__ import annotations

from cutscore_composer.encode.encoding import encode, encoded_channels, encoded_samples
from cutscore_composer.encode.track_archive import encode_tracks

__all__ = ["encode", "encode_tracks", "encoded_channels", "encoded_samples"]
