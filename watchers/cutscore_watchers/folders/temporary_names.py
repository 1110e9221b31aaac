"""Temporary names: what renderers, copiers, browsers and network drives put into folders, and what we put there.

Letters compare without regard to capitals. Looked up in the programs' own documentation; a name that does not match
a folder's `patterns` (such as "film.mp4.part") would be left alone anyway.
"""

from __future__ import annotations

TEMPORARY_FILES = (
    ".*",  # hidden: rsync's .film.mp4.a1B2c3, lftp's and ProFTPD's .in.film.mp4, Syncthing, Dropbox, macOS's ._film.mp4
    "~*",  # ~$film of office programs, ~syncthing~film.mp4.tmp of Syncthing on Windows
    "*~",
    "*.tmp",
    "*.temp",
    "*.tmp.*",
    "*.temp.*",  # film.temp.mp4 of yt-dlp, while it joins sound and picture
    "*.part",
    "*.part.*",
    "*.partial",
    "*.partial.*",
    "*.filepart",  # WinSCP
    "*.crdownload",  # Chrome
    "*.opdownload",  # Opera
    "*.download",  # Safari: a folder
    "*.fdmdownload",
    "*.aria2",
    "*.!qb",  # qBittorrent
    "*.!ut",  # µTorrent
    "*.!sync",  # Resilio Sync
    "*.bc!",
    "*.incomplete",
    "*.unfinished",
    "*.lock",
    "*.lck",
    "thumbs.db",
    "desktop.ini",
)
"""Files that are not, or not yet, what their name says."""

TEMPORARY_FOLDERS = (
    ".*",  # hidden: .rsync-partial, .Trashes, .Spotlight-V100, .stversions, .tmp.drivedownload
    "@eadir",  # Synology: thumbnails of everything
    "@recycle",  # QNAP
    "@recently-snapshot",
    "#recycle",  # Synology
    "#snapshot",
    "$recycle.bin",
    "recycler",
    "system volume information",
    "lost+found",
    "network trash folder",
    "temporary items",
    "thevolumesettingsfolder",
    "*.download",
    "*.sb-????????-??????",  # macOS's safe saving
    "*_ame",  # Adobe Media Encoder's parts of a render
    "*.prv",  # Adobe Premiere's previews
    "adobe premiere pro *",  # Preview Files, Audio Previews, Auto-Save, Captured Audio
    "media cache",
    "media cache files",
    "cacheclip",  # DaVinci Resolve
    "optimizedmedia",
    "proxymedia",
    "render files",  # Final Cut, Compressor
    "*.otiod",
)
"""Folders whose films are nobody's renders."""

PUT_AWAY = "cutscore-done"
"""The folder, in a watched one, that films are moved to afterwards."""

OWN_FILES = ("*.preview.mp4", "*.scored.*", "*.before-cutscore-*")
OWN_FOLDERS = ("*.cutscore", PUT_AWAY)
"""What Cutscore itself writes: never work for it."""

STILL_COMING = (".aria2", ".part", ".filepart", ".crdownload", ".opdownload")
"""Endings of a file beside a film, NAME.mp4.aria2, that say that NAME.mp4 is still being downloaded."""
