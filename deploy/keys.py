"""The key pair that signs and checks tokens, and tokens for people at the terminal."""

from pathlib import Path
from uuid import UUID

from deploy.secret import write_secret
from shared.http.auth import issue_token, new_keys
from shared.vocabulary import Role


def key_pair(secrets: Path) -> tuple[Path, Path]:
    """Give the files of the private and the public key (PEM, Ed25519), made if there are none."""
    private, public = secrets / "token.key", secrets / "token.pub"
    if not (private.exists() and public.exists()):
        for file, content in zip((private, public), new_keys(), strict=True):
            file.unlink(missing_ok=True)
            write_secret(file, content)
    return private, public


def token(secrets: Path, role: Role, client_id: UUID | None) -> str:
    """Give a token of this stack; `client_id` is needed for the role `client` and no other."""
    private, _ = key_pair(secrets)
    return issue_token(private.read_bytes(), role, f"terminal-{role}", client_id=client_id)
