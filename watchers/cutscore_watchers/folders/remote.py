"""Whether a folder lies on a network drive, which sends no events: told by the system, without asking the drive."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

_REMOTE = {
    "9p", "acfs", "afp", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "gpfs",
    "lustre", "ncp", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "orangefs", "panfs", "prl_fs", "pvfs2", "smb", "smb2",
    "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav", "wekafs",
}  # fmt: skip
"""Kinds of file systems whose changes on other machines are not told here."""


def remote_kind(path: Path) -> str | None:
    """The kind of network drive that a folder lies on; None when it lies on this machine or that is not known."""
    system = str(sys.platform)  # as text, or mypy would check for one system only
    if system == "darwin":
        return _on_mac(path)
    if system == "win32":
        return _on_windows(path)
    table = Path("/proc/self/mountinfo")
    return remote_mount(path, table.read_text("utf-8", "surrogateescape")) if table.is_file() else None


def remote_mount(path: Path, mounts: str) -> str | None:
    """The kind of network drive by Linux's table of mounts (proc(5), mountinfo)."""
    best, kind = -1, ""
    place = os.path.realpath(path)
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        at = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4])
        # A later mount on the same place covers the earlier one.
        if (place == at or place.startswith(at.rstrip("/") + "/")) and len(at) >= best:
            best, kind = len(at), right.split(" ")[0]
    # What a program offers as a file system (sshfs, rclone, s3fs …) seldom tells of changes made elsewhere.
    return kind if kind in _REMOTE or (kind.startswith("fuse") and kind != "fuseblk") else None


def _on_mac(path: Path) -> str | None:
    """By statfs(2): the flag that a mount is local, and the kind's name."""
    library = ctypes.CDLL(None, use_errno=True)
    facts = ctypes.create_string_buffer(4096)
    if library.statfs(os.fsencode(path), facts) != 0:
        return None
    # struct statfs with 64-bit inodes: f_flags at 64 (MNT_LOCAL is 0x1000), f_fstypename[16] at 72.
    local = int.from_bytes(facts.raw[64:68], sys.byteorder) & 0x1000
    name = facts.raw[72:88].split(b"\0")[0].decode("ascii", "replace")
    return None if local and name not in _REMOTE else name or "network drive"


def _on_windows(path: Path) -> str | None:
    if str(path).startswith(("\\\\", "//")):
        return "network share"
    drive = path.absolute().drive
    remote = 4
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    return "network drive" if drive and kernel.GetDriveTypeW(f"{drive}\\") == remote else None
