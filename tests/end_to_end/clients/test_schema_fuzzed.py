"""Schemathesis against the server's own OpenAPI: whatever it makes up, the server has an answer that it announced."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.served import Served

pytestmark = pytest.mark.program


def test_no_request_makes_a_server_error(open_server: Served, tmp_path: Path) -> None:
    """Hundreds of right, wrong and absurd requests: no 5xx, every answer as its schema says."""
    program = Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        pytest.skip("schemathesis is not installed")
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    done = subprocess.run(
        [
            program, "run", f"{open_server.url}/openapi.json", "--checks", checks, "--max-examples", "60",
            "--phases", "examples,coverage,fuzzing", "--seed", "7", "--workers", "2", "--no-color",
            "--exclude-checks", "unsupported_method", "--suppress-health-check", "all",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert [] == open_server.logged(event="request", status=500)
    assert len(open_server.logged(event="request")) > 200, "it asked too little to prove anything"
