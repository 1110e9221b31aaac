"""The Premiere panel: its types against Adobe's published ones, its work against a stand-in, its manifest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from cutscore.bridge.serving import PORT
from cutscore.editors.install import System, install

PANEL = Path(__file__).parents[3] / "plugin" / "cutscore" / "editors" / "premiere"
MODULES = Path(os.environ.get("CUTSCORE_NODE_MODULES", "node_modules")).absolute()


def node() -> str:
    """The node program."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    return found


def test_the_panel_s_work(tmp_path: Path) -> None:
    """Node's own test runner finds every test of the panel passed."""
    script = Path(__file__).with_name("premiere_panel.test.cjs")
    done = subprocess.run(
        [node(), "--test", str(script)],
        env={**os.environ, "CUTSCORE_PANEL": str(PANEL)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "pass 13" in done.stdout


@pytest.mark.program
def test_types_are_those_that_adobe_published(tmp_path: Path) -> None:
    """TypeScript finds no call that Premiere does not have, and none with wrong arguments."""
    compiler, types = MODULES / "typescript" / "bin" / "tsc", MODULES / "@adobe" / "premierepro"
    if not (compiler.exists() and types.exists()):
        pytest.skip("typescript and @adobe/premierepro are not installed; CUTSCORE_NODE_MODULES names their folder")
    for file in PANEL.glob("*.js"):
        shutil.copy(file, tmp_path)
    (tmp_path / "bridge-settings.json").write_text('{"url": "", "token": ""}', encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "host.d.ts").write_text(
        'declare module "premierepro" {\n'
        '  const premiere: import("@adobe/premierepro").premierepro;\n  export = premiere;\n}\n'
        "declare function require(name: string): any;\ndeclare var module: { exports: any };\n",
        encoding="utf-8",
    )
    options = {
        "noEmit": True, "allowJs": True, "checkJs": True, "strict": True, "skipLibCheck": True, "types": [],
        "target": "es2022", "module": "commonjs", "moduleResolution": "node10", "lib": ["es2022", "dom"],
        "resolveJsonModule": True,
    }  # fmt: skip
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["*"]}), "utf-8")

    def checked() -> tuple[int, str]:
        words = [node(), str(compiler), "-p", str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout

    assert (0, "") == checked()
    wrong = (tmp_path / "laying.js").read_text(encoding="utf-8").replace("getAudioTrackCount", "getSoundTrackCount")
    (tmp_path / "laying.js").write_text(wrong, encoding="utf-8")
    assert "getSoundTrackCount" in checked()[1], "the check would not find a call that there is none of"


def test_the_manifest_asks_for_what_is_used_and_no_more(tmp_path: Path) -> None:
    """Version 5, Premiere only, the bridge's address only; every file that the page names is in the package."""
    manifest = json.loads((PANEL / "manifest.json").read_text(encoding="utf-8"))
    assert (5, "premierepro") == (manifest["manifestVersion"], manifest["host"][0]["app"])
    wanted = {f"http://127.0.0.1:{PORT}", f"http://localhost:{PORT}"}
    assert wanted == set(manifest["requiredPermissions"]["network"]["domains"])
    assert "launchProcess" not in manifest["requiredPermissions"]
    files = install("premiere", System("linux", tmp_path, {"PATH": ""})).files
    (package,) = [path for path in files if path.suffix == ".ccx"]
    with zipfile.ZipFile(package) as archive:
        names = set(archive.namelist())
        settings = json.loads(archive.read("bridge-settings.json"))
    assert {"manifest.json", "index.html", "panel.js", "panel.css", "laying.js", "bridge.js", "session.js"} <= names
    assert settings["token"] == (tmp_path / ".local" / "share" / "cutscore" / "bridge-token").read_text(
        encoding="ascii"
    )
    if os.name == "posix":
        assert not package.stat().st_mode & 0o077, "the token in it is the user's alone"
