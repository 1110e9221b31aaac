"""Identities: the certificate and key that sign, configured or made on first use for this machine alone.

A certificate that Cutscore makes is called "Cutscore local development (not trusted)": a reader finds
the signature whole and its signer unknown, which is the truth.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_composer.errors import ConfigError, OutputFailed

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

DEVELOPMENT_NAME = "Cutscore local development (not trusted)"
DEVELOPMENT_FOLDER = "cutscore-development"
CERTIFICATE_FILE, KEY_FILE = "certificate.pem", "key.pem"
DEVELOPMENT_DAYS = 3650
_LARGEST_FILE = 1 << 20
_CURVES: Mapping[str, str] = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True, slots=True)
class SigningIdentity:
    """Who signs: two PEM files."""

    certificate: Path
    """The signer's certificate first, then those that vouch for it."""
    key: Path
    """Its private key, without a password; read when it signs and kept nowhere else."""

    def material(self) -> tuple[str, bytes, bytes]:
        """Algorithm, certificates and key, as the signing library wants them.

        Raises ConfigError when a file cannot be used or the two do not belong together.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization

        chain, secret = _read(self.certificate, "certificate"), _read(self.key, "key")
        try:
            certificates = x509.load_pem_x509_certificates(chain)
        except ValueError:
            raise ConfigError(f"The signing certificate {self.certificate} holds no certificate in PEM.") from None
        try:
            key = serialization.load_pem_private_key(secret, password=None)
        except TypeError:
            message = f"The signing key {self.key} has a password: give a key file without one, readable by you alone."
            raise ConfigError(message) from None
        except Exception:
            # The library's own text may quote the file.
            raise ConfigError(f"The signing key {self.key} holds no private key in PEM.") from None
        self._check(certificates[0], key)
        pkcs8 = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return _algorithm(key, self.key), chain, pkcs8

    def _check(self, certificate: x509.Certificate, key: PrivateKeyTypes) -> None:
        if certificate.public_key() != key.public_key():
            raise ConfigError(f"The signing key {self.key} does not belong to the certificate {self.certificate}.")
        now = datetime.now(UTC)
        if now > certificate.not_valid_after_utc:
            until = certificate.not_valid_after_utc.date()
            raise ConfigError(f"The signing certificate {self.certificate} ended on {until}: renew it.")
        if now < certificate.not_valid_before_utc:
            begins = certificate.not_valid_before_utc.date()
            raise ConfigError(f"The signing certificate {self.certificate} begins on {begins}: is the clock right?")


def development_identity(folder: Path) -> SigningIdentity:
    """This machine's own identity in `folder`, made if there is none. Raises ConfigError, OutputFailed.

    Two processes that make it in the same moment end with the one that was there first.
    """
    place = folder / DEVELOPMENT_FOLDER
    if not place.exists():
        _make(place)
    return SigningIdentity(place / CERTIFICATE_FILE, place / KEY_FILE)


def _make(place: Path) -> None:
    from cutscore_composer.signing.self_made import self_made

    bundle = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        bundle.mkdir(parents=True, mode=0o700)
        for name, data in zip((CERTIFICATE_FILE, KEY_FILE), self_made(DEVELOPMENT_NAME, DEVELOPMENT_DAYS), strict=True):
            _write(bundle / name, data)
        # Both files come into being in one step: a folder is not renamed onto one that holds something.
        bundle.rename(place)
    except OSError as error:
        shutil.rmtree(bundle, ignore_errors=True)
        if not place.exists():
            sentence = f"The signing folder {place.parent} cannot be written: {error.strerror or error}."
            raise OutputFailed(sentence) from error


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigError(f"The signing {what} {path} cannot be read: {error.strerror}.") from error
    if len(data) > _LARGEST_FILE:
        raise ConfigError(f"The signing {what} {path} is no PEM file: it is larger than 1 MiB.")
    return data


def _algorithm(key: PrivateKeyTypes, path: Path) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise ConfigError(f"The signing key {path} is of a kind that C2PA does not know: use EC P-256, Ed25519 or RSA.")
