"""Signing: an mp3 gets a C2PA manifest that says what made it; what a server signed is read and judged.

    identity = development_identity(folder)                 # or SigningIdentity(certificate, key)
    sign_mp3(song, signed, Made("Cutscore", "0.1.0", title="film", inputs=(Ingredient.of(video),)), identity)
    signature_of(signed).state                              # "valid"

Everything works offline: no trusted timestamp unless a service for it is named, no look-up of certificates.
"""

from cutscore_composer.signing.identity import SigningIdentity, development_identity
from cutscore_composer.signing.manifest import Ingredient, Made
from cutscore_composer.signing.sign import sign_mp3
from cutscore_composer.signing.verify import Signature, signature_of

__all__ = [
    "Ingredient",
    "Made",
    "Signature",
    "SigningIdentity",
    "development_identity",
    "sign_mp3",
    "signature_of",
]
