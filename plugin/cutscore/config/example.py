"""The commented configuration that `cutscore init` writes: config.example.yaml, shipped in the package."""

from __future__ import annotations

import os
from pathlib import Path

from cutscore_composer.errors import ConfigError, OutputFailed

NAME = "config.example.yaml"


def example_text() -> str:
    """The example configuration."""
    package = Path(__file__).parents[1]
    # In a checkout the file stands at the top of the project; a wheel carries it inside the package.
    for path in (package / NAME, package.parents[1] / NAME):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise OutputFailed(f"{NAME} is missing from this installation of Cutscore; install it again.")


def write_example(file: Path) -> None:
    """Write it to `file`. Raises ConfigError when the file exists and OutputFailed when it cannot be written."""
    text = example_text()
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(file):
            raise FileExistsError
        with part.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        _publish(part, file)
    except FileExistsError:
        raise ConfigError(f"{file} exists already; it was left as it is.") from None
    except OSError as error:
        raise OutputFailed(f"{file} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)


def _publish(part: Path, file: Path) -> None:
    """Give the finished file its name unless another has taken it meanwhile."""
    try:
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        part.rename(file)
