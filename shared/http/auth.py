"""Who is asking: short-lived tokens (JWT, EdDSA) signed by `web`, checked by every service with the public key."""

import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from msgspec import Struct

from shared.http.problems import Unauthorized
from shared.vocabulary import Role

AUDIENCE = "seriatim"
ISSUER = "seriatim-web"
REQUIRED = ["exp", "iat", "sub", "aud", "iss"]
KEPT_TOKENS = 2_000


class Who(Struct, frozen=True, kw_only=True):
    """The person behind a request; `client_id` is set for the role `client`."""

    role: Role
    id: str
    client_id: UUID | None = None

    @property
    def actor(self) -> str:
        """As it stands in the log: `therapist:<id>`."""
        return f"{self.role}:{self.id}"


def new_keys() -> tuple[bytes, bytes]:
    """A private and a public key, PEM."""
    key = Ed25519PrivateKey.generate()
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


def issue_token(
    private_key: bytes,
    role: Role,
    subject: str,
    *,
    client_id: UUID | None = None,
    life: timedelta = timedelta(hours=12),
) -> str:
    """A token for this person; it lives in real time, whatever the practice's clock says."""
    now = datetime.now(UTC)
    claims = {"aud": AUDIENCE, "iss": ISSUER, "sub": subject, "role": role, "iat": now, "exp": now + life}
    if client_id:
        claims["client_id"] = str(client_id)
    return jwt.encode(claims, private_key, algorithm="EdDSA")


class Tokens:
    """Checks tokens; one that held is kept until it expires, because a signature costs more than a look-up."""

    def __init__(self, public_key: Path) -> None:
        self._key = public_key.read_bytes()
        self._kept: OrderedDict[str, tuple[Who, float]] = OrderedDict()

    def of(self, request: web.Request) -> Who:
        """The person a request comes from. Raises `Unauthorized`."""
        sent = request.headers.getall("Authorization", [])
        if len(sent) > 1:
            raise Unauthorized("Send one header Authorization, not several.")
        return self.check(sent[0] if sent else "")

    def check(self, authorization: str) -> Who:
        """The person a header `Bearer <token>` stands for. Raises `Unauthorized`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorized("Send a token: Authorization: Bearer <token>.")
        who, expires = self._kept.get(token) or self._decode(token)
        if expires <= time.time():
            self._kept.pop(token, None)
            raise Unauthorized("The token has expired. Sign in again.")
        return who

    def _decode(self, token: str) -> tuple[Who, float]:
        try:
            claims = jwt.decode(
                token, self._key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER, options={"require": REQUIRED}
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthorized("The token has expired. Sign in again.") from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:  # junk fails in more ways than PyJWT's
            raise Unauthorized("The token does not hold. Sign in again.") from error
        self._kept[token] = (_who(claims), float(claims["exp"]))
        while len(self._kept) > KEPT_TOKENS:
            self._kept.popitem(last=False)
        return self._kept[token]


def _who(claims: dict[str, str]) -> Who:
    named = {"id": claims["sub"]} | {name: claims[name] for name in ("role", "client_id") if name in claims}
    try:
        who = msgspec.convert(named, Who)
    except msgspec.ValidationError as error:
        raise Unauthorized("The token names no role of this practice.") from error
    if (who.role == "client") != (who.client_id is not None):
        raise Unauthorized("A client's token names the client, and no other does.")
    return who
