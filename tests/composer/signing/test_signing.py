"""Signing: judged by the C2PA library's own reader, by ffmpeg for the sound, and by changing single bytes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.errors import ConfigError, EngineFailed, OutputFailed
from cutscore_composer.signing import (
    Ingredient,
    Made,
    SigningIdentity,
    development_identity,
    sign_mp3,
    signature_of,
)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of mp3."""
    path = tmp_path_factory.mktemp("song") / "song.mp3"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=44100)
        frames = np.sin(np.arange(88200, dtype=np.float32) * 0.06)[None, :].repeat(2, axis=0)
        frame = av.AudioFrame.from_ndarray(frames, format="fltp", layout="stereo")
        frame.sample_rate = 44100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    """The identity that is made on first use."""
    return development_identity(tmp_path_factory.mktemp("signing"))


@pytest.fixture(scope="module")
def signed(song: Path, identity: SigningIdentity) -> Path:
    """The song, signed."""
    target = song.with_name("signed.mp3")
    made = Made("Cutscore", "9.8.7", title="film", song_id="song-1", inputs=(Ingredient.of(song), Ingredient("ab", 3)))
    sign_mp3(song, target, made, identity)
    return target


def test_the_library_s_reader_finds_what_was_said(song: Path, signed: Path) -> None:
    """Generator, version, algorithmic source, inputs by hash and song id stand in a manifest that holds."""
    reader = c2pa.Reader(str(signed))
    manifest = json.loads(reader.json())["manifests"][json.loads(reader.json())["active_manifest"]]
    actions, inputs = (assertion["data"] for assertion in manifest["assertions"])
    assert "Valid" == reader.get_validation_state()
    assert ("Cutscore", "9.8.7") == tuple(manifest["claim_generator_info"][0][name] for name in ("name", "version"))
    assert actions["actions"][0]["action"] == "c2pa.created"
    assert actions["actions"][0]["digitalSourceType"].endswith("/algorithmicMedia")
    digest = hashlib.sha256(song.read_bytes()).hexdigest()
    assert {"sha256": digest, "bytes": song.stat().st_size} == inputs["videos"][0]
    assert [f"urn:sha256:{digest}", "urn:sha256:ab"] == [one["instance_id"] for one in manifest["ingredients"]]
    assert {"inputTo"} == {one["relationship"] for one in manifest["ingredients"]}
    assert "song-1" == inputs["song_id"]
    assert str(song).encode() not in signed.read_bytes(), "the path of an input is nobody's business"


def test_signing_changes_no_sample(song: Path, signed: Path) -> None:
    """ffmpeg decodes the same samples before and after."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")

    def decoded(path: Path) -> bytes:
        words = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-"]
        return subprocess.run(words, capture_output=True, check=True).stdout

    assert len(decoded(song)) > 300_000
    assert decoded(song) == decoded(signed)


def test_our_reader_says_the_same(signed: Path, song: Path) -> None:
    """A whole signature of an unknown signer is "valid", with its problem by name; no signature is None."""
    found = signature_of(signed)
    assert found is not None
    assert ("valid", True) == (found.state, found.holds)
    assert ("Cutscore", "9.8.7", "algorithmicMedia") == (found.generator, found.version, found.source_type)
    assert "Cutscore local development (not trusted)" == found.signer
    assert ("signingCredential.untrusted",) == found.problems
    assert {"c2pa-state", "c2pa-generator", "c2pa-signer", "c2pa-source-type", "c2pa-problems"} == set(found.facts())
    assert signature_of(song) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_byte_is_told(song: Path, signed: Path, tmp_path: Path, data: st.DataObject) -> None:
    """A changed byte of sound never holds; one of the manifest's wrapping may, if all that is said stays the same."""
    whole = bytearray(signed.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    bent = tmp_path / "bent.mp3"
    bent.write_bytes(whole)
    found = signature_of(bent)
    frames = song.read_bytes()
    sound_begins = signed.stat().st_size - len(frames[frames.index(b"\xff\xfb") :])
    if found is not None and found.holds:
        assert signature_of(signed) == found
        assert place < sound_begins, "sound was changed"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(length=st.integers(0, 5000))
def test_a_truncated_file_never_holds(signed: Path, tmp_path: Path, length: int) -> None:
    """A download that broke off is no signed song, and reading it is no accident."""
    part = tmp_path / "part.mp3"
    part.write_bytes(signed.read_bytes()[:length])
    found = signature_of(part)
    assert found is None or not found.holds


def test_the_key_is_the_user_s_alone(identity: SigningIdentity) -> None:
    """Made once, kept, readable by nobody else, and named as what it is."""
    if os.name == "posix":
        assert 0 == stat.S_IMODE(identity.key.stat().st_mode) & 0o077
    certificates = x509.load_pem_x509_certificates(identity.certificate.read_bytes())
    assert 2 == len(certificates)
    certificates[0].verify_directly_issued_by(certificates[1])
    assert "not trusted" in certificates[0].subject.rfc4514_string()
    before = identity.key.read_bytes()
    assert identity == development_identity(identity.key.parents[1])
    assert before == identity.key.read_bytes()


def test_many_at_once_make_one_identity(tmp_path: Path) -> None:
    """Workers that start together sign with one certificate, and leave no half-made one behind."""
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: development_identity(tmp_path), range(8)))
    assert 1 == len(found)
    found.pop().material()
    assert ["cutscore-development"] == [path.name for path in tmp_path.iterdir()]


def _pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, password: bytes = b"") -> bytes:
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("another key", "does not belong to the certificate"),
        ("a password", "has a password"),
        ("no key", "holds no private key in PEM"),
        ("no certificate", "holds no certificate in PEM"),
        ("missing", "cannot be read: No such file"),
        ("huge", "larger than 1 MiB"),
    ],
)
def test_a_wrong_identity_is_told_in_a_sentence(
    tmp_path: Path, song: Path, identity: SigningIdentity, what: str, sentence: str
) -> None:
    """Every mistake with certificate and key names the file, never its content, and leaves nothing behind."""
    wrong = SigningIdentity(tmp_path / "certificate.pem", tmp_path / "key.pem")
    shutil.copyfile(identity.certificate, wrong.certificate)
    shutil.copyfile(identity.key, wrong.key)
    if what == "another key":
        wrong.key.write_bytes(_pem(ec.generate_private_key(ec.SECP256R1())))
    elif what == "a password":
        wrong.key.write_bytes(_pem(ec.generate_private_key(ec.SECP256R1()), b"secret"))
    elif what == "no key":
        wrong.key.write_bytes(b"SECRET-CONTENT")
    elif what == "no certificate":
        wrong.certificate.write_bytes(b"nothing")
    elif what == "missing":
        wrong.certificate.unlink()
    else:
        wrong.key.write_bytes(b"x" * (1 << 20) + b"x")
    with pytest.raises(ConfigError, match=sentence) as raised:
        sign_mp3(song, tmp_path / "signed.mp3", Made("Cutscore", "1"), wrong)
    assert "SECRET" not in str(raised.value)
    assert not (tmp_path / "signed.mp3").exists()


def test_what_is_no_music_is_not_signed(tmp_path: Path, identity: SigningIdentity) -> None:
    """A file that the format cannot carry a manifest in gives an error and no file."""
    (tmp_path / "empty.mp3").write_bytes(b"")
    with pytest.raises(EngineFailed, match="could not be signed"):
        sign_mp3(tmp_path / "empty.mp3", tmp_path / "signed.mp3", Made("Cutscore", "1"), identity)
    assert ["empty.mp3"] == [path.name for path in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The development identity needs a folder."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputFailed, match="signing folder"):
        development_identity(tmp_path / "file")
