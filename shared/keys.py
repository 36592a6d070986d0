"""The keys a process needs before it serves: there, readable, and of the right kind."""

from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from shared.config import Config
from shared.variables import Misconfigured

NEEDED = ("database", "nats", "token_key")
"""What no service can serve without."""


def check_to_serve(config: Config, needs: tuple[str, ...]) -> None:
    """Raise `Misconfigured` when something is not set, or a key is not the key that is needed."""
    for name in (*NEEDED, *needs):
        if not getattr(config, name):
            raise Misconfigured(f"SERIATIM_{name.upper()} is not set: the service cannot serve without it.")
    public = public_key(config.token_key)
    if "signing_key" in needs and private_key(config.signing_key).public_key() != public:
        raise Misconfigured("SERIATIM_SIGNING_KEY and SERIATIM_TOKEN_KEY are not the two halves of one key.")


def public_key(file: Path | None) -> Ed25519PublicKey:
    """The key that checks tokens."""
    wanted = "the public key that checks tokens (Ed25519, PEM)"
    key = _loaded(load_pem_public_key, "SERIATIM_TOKEN_KEY", file, wanted)
    if not isinstance(key, Ed25519PublicKey):
        raise _wrong("SERIATIM_TOKEN_KEY", file, wanted)
    return key


def private_key(file: Path | None) -> Ed25519PrivateKey:
    """The key that signs tokens."""
    wanted = "the private key that signs tokens (Ed25519, PEM, without a password)"
    key = _loaded(lambda pem: load_pem_private_key(pem, None), "SERIATIM_SIGNING_KEY", file, wanted)
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong("SERIATIM_SIGNING_KEY", file, wanted)
    return key


def _loaded(load: Callable[[bytes], object], name: str, file: Path | None, wanted: str) -> object:
    try:
        return load(file.read_bytes() if file else b"")
    except OSError as error:
        raise Misconfigured(f"{name}: {file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _wrong(name, file, wanted) from error


def _wrong(name: str, file: Path | None, wanted: str) -> Misconfigured:
    return Misconfigured(f"{name}: {file} does not hold {wanted}.")
