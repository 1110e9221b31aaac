"""Track archive: several tracks of one piece, each encoded, in one ZIP that is always the same bytes."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cutscore_composer.contract import OutputFormat
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.encode.encoding import encode
from cutscore_composer.engine import Progress
from cutscore_composer.music import Stem

_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say: the same tracks give the same bytes."""


def encode_tracks(
    tracks: Sequence[Stem],
    target: Path,
    form: OutputFormat,
    progress: Progress,
    finish: Callable[[Path], None] | None = None,
) -> None:
    """Write `tracks` as a ZIP of NAME.EXTENSION in one of the contract's formats, in their order.

    What is encoded already is only stored. `finish` is handed each encoded file before it is packed, and may
    change it. Raises as `encode` does.
    """
    with (
        whole_file(target) as file,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        for number, track in enumerate(tracks):
            encoded = Path(scratch) / f"{number}{form.extension}"
            encode(track.file, encoded, form, progress.part(number, len(tracks)))
            if finish is not None:
                finish(encoded)
            entry = zipfile.ZipInfo(f"{track.name}{form.extension}", _DATE)
            entry.external_attr = 0o644 << 16
            entry.file_size = encoded.stat().st_size
            with encoded.open("rb") as source, archive.open(entry, "w") as out:
                shutil.copyfileobj(source, out, 1 << 20)
            encoded.unlink()
