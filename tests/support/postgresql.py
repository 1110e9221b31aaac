"""A PostgreSQL of the test's own, from the system's package, on a private port, as a user who is not root."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "postgres"


def _programs() -> Path:
    """The folder of initdb and pg_ctl; skips the test where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].split(".")[0]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


def _as_user(command: Sequence[str]) -> list[str]:
    # PostgreSQL refuses to run as root.
    return [*(["runuser", "-u", USER, "--"] if os.getuid() == 0 else []), *command]


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """Run one; gives a URL like postgresql://postgres@127.0.0.1:PORT. Databases are made by `new_database`."""
    if os.name != "posix":
        pytest.skip("this PostgreSQL is started on POSIX only")
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="cutscore-pg-"))
    port = _free_port()
    try:
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        data = folder / "data"
        subprocess.run(
            _as_user([str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8"]),
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        # That a server survives a power cut is its makers' to prove: without waiting for the disk it is quicker.
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200 -c fsync=off"
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
        subprocess.run(_as_user([*control, "-o", options, "start"]), check=True, capture_output=True, cwd=folder)
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}"
        finally:
            stop = _as_user([*control, "-m", "immediate", "stop"])
            subprocess.run(stop, check=False, capture_output=True, cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, name: str) -> str:
    """Make an empty database; gives its URL."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return f"{server}/{name}"
