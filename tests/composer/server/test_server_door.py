"""Who is let in: keys, plans, and doors that stay shut without keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cutscore_composer.contract import FORMATS, PATH
from cutscore_composer.errors import ConfigError
from cutscore_composer.server import KeyEntry, ServerSettings
from cutscore_composer.server.run import refuse_open_doors, serve
from support.served import QUICK, Served

KEYS = {"Free": "free-key-1", "Creator": "creator-key-2", "Pro": "pro-key-3"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a key of three plans each."""
    entries = tuple(KeyEntry.of(f"the {tier} one", key, tier=tier) for tier, key in KEYS.items())
    settings = ServerSettings(port=0, engine=QUICK.engine, keep_free_megabytes=1, compositions=1, keys=entries)
    with Served(tmp_path_factory.mktemp("guarded"), settings) as running:
        yield running


def test_without_a_key_or_with_a_wrong_one_nobody_is_let_in(guarded: Served, small: Path) -> None:
    """401 with the contract's bodies; also for keys that are no text, empty or very long."""
    said = guarded.post(small)
    assert (401, "needs_authorization") == (said.status_code, said.json()["detail"]["status"])
    assert "Neither authorization header nor xi-api-key received" in said.json()["detail"]["message"]
    for key in ("wrong", "free-key-1 ", "x" * 10_000, "free-key-", "FREE-KEY-1"):
        said = guarded.post(small, key=key.strip() + "x")
        assert (401, "invalid_api_key") == (said.status_code, said.json()["detail"]["status"])
    raw = guarded.client.post("/v1/music/video-to-music", headers=[(b"xi-api-key", "ключ".encode())])
    assert 401 == raw.status_code


@pytest.mark.parametrize("tier", KEYS)
def test_each_plan_gets_its_formats(guarded: Served, small: Path, tier: str) -> None:
    """mp3 at 192 kbit/s from Creator on, pcm at 44.1 kHz from Pro on; the word names the plan that is needed."""
    order = list(KEYS)
    for name, needed in (("mp3_44100_192", "Creator"), ("pcm_44100", "Pro"), ("mp3_44100_128", "Free")):
        said = guarded.post(small, query={"output_format": name}, key=KEYS[tier])
        if order.index(tier) >= order.index(needed):
            assert 200 == said.status_code, said.text[:300]
        else:
            assert (403, f"only_for_{needed.lower()}+") == (said.status_code, said.json()["detail"]["status"])
    assert {"mp3_44100_192", "pcm_44100"} == {name for name, form in FORMATS.items() if form.tier}


def test_a_cue_file_is_for_the_key_that_had_it_made(guarded: Served, small: Path) -> None:
    """Another key finds none, and without a key nobody asks."""
    said = guarded.post(small, key=KEYS["Free"])
    link = said.headers["link"].split(">")[0][1:]
    statuses = [guarded.client.get(link, headers={"xi-api-key": key}).status_code for key in KEYS.values()]
    assert [200, 404, 404] == statuses
    assert 401 == guarded.client.get(link).status_code


def test_no_key_stands_in_the_log_or_on_disk(guarded: Served, small: Path) -> None:
    """The log names the key's owner; the key itself is nowhere, right or wrong."""
    guarded.post(small, key=KEYS["Pro"])
    guarded.post(small, key="a-wrong-secret")
    guarded.eventually(lambda: bool(guarded.logged(key="the Pro one", status=200)))
    told = json.dumps(guarded.lines) + "".join(
        path.read_text(errors="replace") for path in guarded.root.rglob("*") if path.is_file()
    )
    assert not any(secret in told for secret in (*KEYS.values(), "a-wrong-secret"))


def test_a_page_of_the_web_is_not_let_in_without_a_key(served: Served, guarded: Served, small: Path) -> None:
    """A browser sends such requests by itself; pages of this machine, programs, and pages with a key are served."""

    def asked(server: Served, origin: str, **headers: str) -> int:
        files = {"videos": ("a.mp4", small.read_bytes())}
        return server.client.post(PATH, files=files, headers={"origin": origin, **headers}).status_code

    assert [403, 403] == [asked(served, f"{scheme}://evil.example") for scheme in ("http", "https")]
    assert [200] * 3 == [asked(served, origin) for origin in ("http://localhost:3000", "http://127.0.0.1", "null")]
    assert 200 == asked(guarded, "https://app.example", **{"xi-api-key": KEYS["Free"]})


def test_a_server_without_keys_is_for_this_machine_alone() -> None:
    """Elsewhere only with keys, or when that is said in so many words."""
    for host in ("0.0.0.0", "::", "192.168.1.5", "studio.local"):
        with pytest.raises(ConfigError, match="Without keys the server listens on this machine alone"):
            refuse_open_doors(ServerSettings(host=host))
        refuse_open_doors(ServerSettings(host=host, open=True))
        refuse_open_doors(ServerSettings(host=host, keys=(KeyEntry.of("a", "k"),)))
    for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
        refuse_open_doors(ServerSettings(host=host))


def test_an_address_that_cannot_be_had_is_one_sentence(guarded: Served, tmp_path: Path) -> None:
    """A port that is taken, a name that is none."""
    port = int(guarded.url.rsplit(":", 1)[1])
    for settings in (
        ServerSettings(port=port, folder=tmp_path),
        ServerSettings(host="no.such.host.invalid", open=True),
    ):
        with pytest.raises(ConfigError, match=r"The server cannot listen on .*\.$"):
            serve(settings, lambda url: None)
