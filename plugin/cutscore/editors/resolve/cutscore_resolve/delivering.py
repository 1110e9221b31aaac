"""Delivering: a render that Resolve has finished goes into the watched folder, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from .connection import Connection, Trouble, connect

ASK_SECONDS = 60


def run(names: Mapping[str, Any], command: Sequence[str]) -> None:
    """The trigger script: Resolve gives it `job`, `status` and `error` as names."""
    try:
        print(f"Cutscore: {deliver(connect(names), str(names.get('job') or ''), names, command)}")
    except Trouble as trouble:
        print(f"Cutscore: {trouble}")


def deliver(connection: Connection, job: str, names: Mapping[str, Any], command: Sequence[str]) -> str:
    """Drop the job's file; a sentence of what was done. Raises Trouble."""
    status = str(names.get("status") or _status(connection, job))
    if names.get("error") or status.lower() not in ("complete", "completed", "finished"):
        why = names.get("error") or status or "no status"
        raise Trouble(f"The render did not end well ({why}): nothing is dropped.")
    source = _file_of(connection, job)
    folder = watched_folder(command)
    return f"{os.path.basename(source)} is in {drop(source, folder)}."


def drop(source: str, folder: str) -> str:
    """Give the watched folder the file under a name that is free; it is complete before it has that name."""
    stem, ending = os.path.splitext(os.path.basename(source))
    target, number = os.path.join(folder, stem + ending), 2
    if os.path.abspath(target) == os.path.abspath(source):
        return target
    while os.path.exists(target):
        target, number = os.path.join(folder, f"{stem} {number}{ending}"), number + 1
    part = os.path.join(folder, f".{os.path.basename(target)}.part")
    try:
        try:
            os.link(source, part)
        except OSError:
            shutil.copyfile(source, part)
        os.replace(part, target)
    except OSError as error:
        if os.path.exists(part):
            os.remove(part)
        raise Trouble(f"{source} cannot be put into {folder} ({error.strerror}).") from error
    return target


def watched_folder(command: Sequence[str]) -> str:
    """The first watched folder, as the command's own configuration says. Raises Trouble."""
    try:
        done = subprocess.run(
            [*command, "watch", "--folders", "--json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=ASK_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        folders = json.loads(done.stdout.decode("utf-8", "replace") or "[]")
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Trouble(f"The cutscore command does not answer ({type(error).__name__}): install it again.") from error
    if not folders:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Trouble(said or "No folder is watched: name one under `watch:` in your cutscore.yaml.")
    folder = str(folders[0])
    if not os.path.isdir(folder):
        raise Trouble(f"The watched folder {folder} is not there.")
    return folder


def _status(connection: Connection, job: str) -> str:
    said = connection.project.GetRenderJobStatus(job) or {}
    return str(said.get("JobStatus") or "")


def _file_of(connection: Connection, job: str) -> str:
    for entry in connection.project.GetRenderJobList() or ():
        if str(entry.get("JobId")) == job:
            path = os.path.join(str(entry.get("TargetDir") or ""), str(entry.get("OutputFilename") or ""))
            if os.path.isfile(path):
                return path
            raise Trouble(f"The render job's file {path} is not there (a job of individual clips has no single file).")
    raise Trouble(f"Resolve does not know the render job {job or 'that this script was started for'}.")
