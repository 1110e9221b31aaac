"""DaVinci Resolve: a script for its menu, one for the Deliver queue, and the library that both use."""

from __future__ import annotations

from pathlib import Path

from cutscore.editors.install.packing import Packing, editor_files, packed_folder, script
from cutscore.editors.install.system import System

MENU_SCRIPT, DELIVER_SCRIPT = "Cutscore.py", "Cutscore to watched folder.py"


def packing(system: System, folder: Path | None) -> Packing:
    """The menu script goes where Resolve's Workspace > Scripts looks, the other where its render jobs look."""
    scripts = folder or scripts_folder(system)
    library = system.local() / "editors" / "cutscore_resolve_scripts"
    files = packed_folder(editor_files() / "resolve" / "cutscore_resolve", library / "cutscore_resolve", (".py",))
    files.append(script("resolve/menu_script.py", scripts / "Utility" / MENU_SCRIPT, system, library))
    files.append(script("resolve/deliver_script.py", scripts / "Deliver" / DELIVER_SCRIPT, system, library))
    return Packing(
        tuple(files),
        (
            "In Resolve: Preferences > System > General > External scripting using: Local (Studio), then restart it.",
            "Open a timeline and choose Workspace > Scripts > Cutscore.",
            "For finished renders: in a render job's Advanced Settings, trigger the script"
            " 'Cutscore to watched folder' at the end; it puts them into the first folder of `watch:`.",
            "Resolve's free edition may have no Python scripting: import the .resolve.otio that `cutscore score` writes"
            " instead (File > Import > Timeline).",
        ),
        program(system),
    )


def program(system: System) -> Path | None:
    """Resolve itself."""
    return system.program("resolve", places=programs(system))


def scripts_folder(system: System) -> Path:
    """A user's Fusion/Scripts, as Resolve's scripting documentation names it for each system."""
    if system.windows:
        return system.roaming() / "Blackmagic Design" / "DaVinci Resolve" / "Support" / "Fusion" / "Scripts"
    if system.mac:
        return system.roaming() / "Blackmagic Design" / "DaVinci Resolve" / "Fusion" / "Scripts"
    return system.shared() / "DaVinciResolve" / "Fusion" / "Scripts"


def programs(system: System) -> tuple[Path, ...]:
    """Where Resolve itself usually lies."""
    if system.windows:
        return system.under_programs("Blackmagic Design", "DaVinci Resolve", "Resolve.exe")
    if system.mac:
        return (Path("/Applications/DaVinci Resolve/DaVinci Resolve.app"),)
    return (Path("/opt/resolve/bin/resolve"),)
