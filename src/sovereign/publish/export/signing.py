"""Ed25519 signatures (RFC 8032) over a manifest's hash, the ledger's head, and the events that stand beside it."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sovereign.errors import InputError, StoreError
from sovereign.records import LedgerHead, Model, canonical_json

KEY_FILE = "signing.key"


class Signed(Model):
    """What is signed: canonical JSON (RFC 8785) of these three. ``ledger_sha256`` is that of the file with the record's events:
    a head alone does not show that none of them was left out."""

    manifest_sha256: str
    ledger_sha256: str
    ledger_head: LedgerHead


class Signature(Model):
    """A detached signature. ``public_key`` and ``signature`` are base64 of 32 and 64 bytes."""

    algorithm: str
    public_key: str
    signed: Signed
    signature: str


def make_key(home: Path) -> str:
    """Make the key of a store, in a file that only its owner may read, and return the public key in base64.

    Raises:
        InputError: if there is one already: what was signed with it must stay provable.
        StoreError: if the file cannot be written.
    """
    path = home / KEY_FILE
    private = Ed25519PrivateKey.generate()
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path} is there already.", "Show its public part with sovereign key show.") from None
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}", "Make the folder writable for you.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(base64.b64encode(private.private_bytes_raw()) + b"\n")
    return _text(private.public_key())


def load_key(home: Path) -> Ed25519PrivateKey | None:
    """The private key of a store, None if it has none.

    Raises:
        StoreError: if the file is there and holds no key.
    """
    path = home / KEY_FILE
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes().strip(), validate=True))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, binascii.Error) as error:
        raise StoreError(f"{path} holds no Ed25519 key", "Restore it from a copy, or move it away.") from error


def public_key(private: Ed25519PrivateKey) -> str:
    """Its public key in base64."""
    return _text(private.public_key())


def sign(private: Ed25519PrivateKey, signed: Signed) -> Signature:
    """The signature of a manifest, a head and the events beside it."""
    made = private.sign(canonical_json(signed.model_dump(mode="json")))
    return Signature(
        algorithm="Ed25519",
        public_key=public_key(private),
        signed=signed,
        signature=base64.b64encode(made).decode("ascii"),
    )


def key_in(given: str) -> str:
    """A public key as a person gives it: base64, or a file that holds it.

    Raises:
        InputError: if it is neither.
    """
    text = given.strip()
    path = Path(text)
    try:
        if len(text) < 4_000 and path.is_file():
            text = path.read_text("ascii").strip()
        if len(base64.b64decode(text, validate=True)) == 32:
            return text
    except (OSError, ValueError, binascii.Error):
        pass
    raise InputError(
        f"{given[:80]!r} is no Ed25519 public key and no file that holds one.",
        "A public key is 32 bytes in base64; sovereign key show prints it.",
    )


def signature_holds(signature: Signature) -> bool:
    """Whether it was made by the key that it names over what it says was signed."""
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature.public_key, validate=True))
        made = base64.b64decode(signature.signature, validate=True)
        public.verify(made, canonical_json(signature.signed.model_dump(mode="json")))
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return signature.algorithm == "Ed25519"


def _text(public: Ed25519PublicKey) -> str:
    return base64.b64encode(public.public_bytes_raw()).decode("ascii")
