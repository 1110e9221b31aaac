"""The rules of the house: layers, sizes, words, secrets, licences; checked on the files that git tracks."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.command import Command

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "cutscore_composer": ROOT / "composer" / "cutscore_composer",
    "cutscore": ROOT / "plugin" / "cutscore",
    "cutscore_watchers": ROOT / "watchers" / "cutscore_watchers",
}
MAY_IMPORT = {
    "cutscore_composer": {"cutscore_composer"},
    "cutscore": {"cutscore", "cutscore_composer"},
    "cutscore_watchers": {"cutscore_watchers", "cutscore", "cutscore_composer"},
}
MOST_LINES = 350
IN_EDITORS = ("blender", "cutscore_resolve")
"""Folders that are copied into an editor as a whole: only there imports are relative."""
MOST_FILE_BYTES = 2_000_000
MOST_PACK_BYTES = 24_000_000


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES.values() for path in package.rglob("*.py"))


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is not a git checkout")
    names = (name for name in done.stdout.decode("utf-8").split("\0") if name)
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def text_lines() -> Iterator[tuple[str, str]]:
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw[:4096]:
            for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), start=1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def imported(path: Path) -> set[str]:
    """Every package that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # The Blender extension is a package of its own where it is installed, under a name that Blender gives it;
            # Resolve's library is one that its scripts find in a folder of their own.
            assert node.level == 0 or path.parent.name in IN_EDITORS, f"{path} imports relatively"
            names.add(node.module or "" if node.level == 0 else "cutscore")
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_imports_run_one_way(package: str) -> None:
    """Watchers may import the plugin, the plugin the composer, never back; imports inside functions count too."""
    wrong = {
        str(path.relative_to(ROOT)): sorted(names)
        for path in PACKAGES[package].rglob("*.py")
        if (names := (imported(path) & set(PACKAGES)) - MAY_IMPORT[package])
    }
    assert {} == wrong


def test_import_linter_agrees() -> None:
    """The contract in pyproject.toml, by the tool that proves it."""
    lint = Path(sys.executable).with_name("lint-imports")
    if not lint.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 1 kept, 0 broken." in done.stdout


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for_and_is_no_longer_than_one_reads(path: Path) -> None:
    """The first sentence of its docstring, and at most 350 lines."""
    text = path.read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(text))
    assert said, "no docstring"
    assert re.match(r"[^\n]{12,}", said), "the docstring's first line says too little"
    assert len(text.splitlines()) <= MOST_LINES


def test_public_names_say_what_they_are() -> None:
    """Every public class and function of a module has a docstring."""
    silent = []
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_"
            if public and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert [] == silent


def test_no_room_for_everything() -> None:
    """No module is called helpers, utils, common or misc: what a thing does is its name."""
    vague = {"helpers", "helper", "utils", "util", "common", "misc", "manager", "managers"}
    assert [] == [str(path.relative_to(ROOT)) for path in modules() if path.stem in vague]


def test_test_files_have_names_of_their_own() -> None:
    """Two test files of one name would hide each other in reports."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert [] == sorted({name for name in names if names.count(name) > 1})


def test_every_test_says_what_behaviour_it_proves() -> None:
    """Every test function has a docstring."""
    silent = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert [] == silent


# Put together from parts, so that this file does not find itself.
FORBIDDEN = {
    "a registry's host": r"https?://[A-Za-z0-9.-]+/(?:simple|packages|pool|dists)/",
    "a path of one machine": r"(?<![\w.:|])/(?:" + "|".join(["work", "farm", "root", "home/[a-z]+"]) + r")/[a-z.]",
    "a secret": r"\bsk_(?:live_)?(?!0123456789abcdef)[A-Za-z0-9]{24,}|-----BEGIN [A-Z ]*PRIVATE KEY-----",
}


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_no_tracked_file_holds(what: str) -> None:
    """Registry hosts, machine paths and secrets stay out of the project."""
    pattern = re.compile(FORBIDDEN[what])
    assert [] == [f"{place}: {line.strip()[:100]}" for place, line in text_lines() if pattern.search(line)]


def test_no_media_and_nothing_large_is_tracked() -> None:
    """Only the instruments' samples are sound, at most 24 MB of it; no file is over 2 MB."""
    media = {".mp4", ".mov", ".mkv", ".wav", ".mp3", ".flac", ".ogg", ".aaf", ".mxf", ".avi", ".opus"}
    pack = PACKAGES["cutscore_composer"] / "instruments"
    found = [path for path in tracked() if path.suffix.lower() in media]
    assert [] == [str(path.relative_to(ROOT)) for path in found if not path.is_relative_to(pack)]
    assert sum(path.stat().st_size for path in found) <= MOST_PACK_BYTES
    assert [] == [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > MOST_FILE_BYTES]


def test_the_licences_are_there() -> None:
    """The project's own, and one beside the instruments; the project's metadata name them."""
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    licences = list((PACKAGES["cutscore_composer"] / "instruments" / "licences").iterdir())
    assert licences
    assert all(path.stat().st_size > 200 for path in licences)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"


def test_the_version_is_one() -> None:
    """pyproject.toml, the plugin and the changelog say the same version."""
    import cutscore

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == cutscore.__version__
    assert f"## [{cutscore.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_s_two_lines_are_what_ci_runs() -> None:
    """The line that runs the tests stands word for word in .ci/run, and both lines are there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", readme, flags=re.DOTALL)
    run = next(block.strip() for block in blocks if "cutscore demo" in block)
    test = next(block.strip() for block in blocks if "pytest" in block)
    assert ("\n" in run, "\n" in test) == (False, False)
    assert test in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_option_that_the_readme_names_is_there() -> None:
    """Commands and long options in the README exist."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(re.findall(r"cutscore [a-z]+[^\n`]*", readme))))
    commands = [p for package in ("cutscore", "cutscore_watchers") for p in (PACKAGES[package] / "cli").glob("*.py")]
    source = "\n".join(p.read_text(encoding="utf-8") for p in commands)
    assert [] == sorted(option for option in named if f'"{option}' not in source and f"/{option}" not in source)


SECRET = "sk_" + "0123456789abcdef" * 2


def _answer_401(handler: BaseHTTPRequestHandler) -> None:
    _send(handler, 401, json.dumps({"detail": {"status": "invalid_api_key", "message": f"bad key {SECRET}"}}).encode())


def _answer_500(handler: BaseHTTPRequestHandler) -> None:
    _send(handler, 500, f"Traceback: headers {{'xi-api-key': '{SECRET}'}}".encode())


def _answer_redirect(handler: BaseHTTPRequestHandler) -> None:
    _send(handler, 307, b"", location=f"http://127.0.0.1:9/{SECRET}")


def _answer_no_audio(handler: BaseHTTPRequestHandler) -> None:
    _send(handler, 200, b"no audio", song_id="x", request_id="y", x_said=SECRET)


def _answer_cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "audio/mpeg")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    handler.wfile.write(b"\xff\xfb cut off")


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"content-length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.mark.slow
@pytest.mark.parametrize("answer", [_answer_401, _answer_500, _answer_redirect, _answer_no_audio, _answer_cut_off])
def test_a_failing_run_writes_the_key_nowhere(tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
    """Whatever a server does with the key, it stands in no output and no file of ours, the ledger included."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.headers["xi-api-key"])
            left = int(self.headers.get("content-length", 0))
            while left > 0 and (block := self.rfile.read(min(left, 65536))):
                left -= len(block)
            answer(self)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        _runs_with_the_key(tmp_path, server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert {SECRET} == set(asked)


def _runs_with_the_key(home: Path, port: int) -> None:
    cutscore = Command(home)
    (home / "cutscore.yaml").write_text(
        f"engine: studio\nengines: {{studio: {{url: 'http://127.0.0.1:{port}', api_key: {{env: STUDIO_KEY}},"
        " attempts: 1}}\n",
        encoding="utf-8",
    )
    film = home / "film.mp4"
    _small_film(film)
    for arguments in (["score", film], ["parked", "--json"], ["score", film, "--debug"]):
        ran = cutscore(*arguments, STUDIO_KEY=SECRET)
        assert SECRET not in ran.out + ran.err
        if arguments == ["score", film]:
            assert ran.code in (4, 5), ran.err
            assert ran.err.count("\n") == 1, ran.err
    written = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("ledger") for path in written)
    assert [] == [str(path) for path in written if SECRET.encode() in path.read_bytes()]


def _small_film(path: Path) -> None:
    import av
    import numpy as np

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(48):
            image = np.full((90, 160, 3), 40 + 160 * (number // 24), dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
