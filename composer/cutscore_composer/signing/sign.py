"""Sign: an mp3 with its manifest inside, whole or not there; every sample of the music stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.errors import ConfigError, EngineFailed
from cutscore_composer.signing.identity import SigningIdentity
from cutscore_composer.signing.manifest import Made

SETTINGS = {
    "verify": {"verify_after_sign": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
}
"""For signing and for reading: what was signed is checked at once, and nothing is looked up on the network."""


def sign_mp3(
    source: Path, target: Path, made: Made, identity: SigningIdentity, *, timestamp_url: str | None = None
) -> None:
    """Write `source` with a signed manifest to `target`.

    `timestamp_url` names a trusted timestamp service (RFC 3161), the only thing that goes over the network.
    Raises ConfigError when certificate or key cannot sign, EngineFailed when the file cannot be signed,
    OutputFailed when it cannot be written.
    """
    import c2pa

    algorithm, chain, key = identity.material()
    try:
        info = c2pa.C2paSignerInfo(
            algorithm.encode(), chain, key, timestamp_url.encode() if timestamp_url is not None else None
        )
        signer = c2pa.Signer.from_info(info)
    except c2pa.C2paError as error:
        raise ConfigError(f"The certificate {identity.certificate} cannot sign: {_said(error)}.") from None
    context = c2pa.Context(c2pa.Settings.from_dict(SETTINGS))
    with (
        signer,
        c2pa.Builder(json.dumps(made.manifest()), context) as builder,
        source.open("rb") as music,
        whole_file(target) as out,
    ):
        try:
            builder.sign(signer, "audio/mpeg", music, out)
        except c2pa.C2paError as error:
            raise EngineFailed(f"The music could not be signed: {_said(error)}.") from None


def _said(error: Exception) -> str:
    """The library's own words on one line; it names neither keys nor paths."""
    return " ".join(str(error).split())[:200].rstrip(".") or "the C2PA library gives no reason"
