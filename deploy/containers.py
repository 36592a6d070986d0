"""The files and tables that compose.yaml needs: `python -m deploy.containers files|tables FOLDER`."""

import asyncio
import sys
from pathlib import Path

from deploy import databases, nats
from deploy.databases import SERVICES
from deploy.keys import key_pair
from deploy.place import PRACTICE
from deploy.secret import password, wrapping_key
from shared.migrate import migrate

PORT, NATS_PORT, MONITOR = 8000, 4222, 8222
INSIDE = Path("/data")
"""Where a container finds the folder."""


def write_files(folder: Path) -> None:
    """Make passwords, keys, the configuration of NATS, and one file of variables for each service."""
    secrets = folder / "secrets"
    key_pair(secrets)
    wrapping_key(folder / "wrapping")
    for role in ("postgres", *(f"postgres.{service}_owner" for service in SERVICES)):
        password(secrets, role)
    (folder / "store").mkdir(mode=0o700, exist_ok=True)
    everywhere = "0.0.0.0"  # noqa: S104  of a network that only the containers are on
    nats.write(folder / "nats.conf", secrets, host=everywhere, port=NATS_PORT, monitor=MONITOR, store=Path("/store"))
    if not (folder / "practice.toml").exists():
        (folder / "practice.toml").write_text(PRACTICE)
    for service in SERVICES:
        variables = _environment(service, secrets) | _special(service)
        file = folder / f"{service}.env"
        file.touch(mode=0o600)
        file.write_text("".join(f"SERIATIM_{name}={value}\n" for name, value in variables.items()))


async def make_tables(folder: Path) -> None:
    """Make the databases and bring the tables of every service up to date."""
    secrets = folder / "secrets"
    server = f"postgresql://postgres:{password(secrets, 'postgres')}@postgres"
    await databases.create_all(server, lambda role: password(secrets, f"postgres.{role}"))
    for service in SERVICES:
        await migrate(f"services.{service}", _database(service, f"{service}_owner", secrets), service)


def _environment(service: str, secrets: Path) -> dict[str, str]:
    """What every service is told."""
    return {
        "DATABASE": _database(service, service, secrets),
        "NATS": f"nats://{service}:{password(secrets, f'nats.{service}')}@nats:{NATS_PORT}",
        "NATS_MONITOR": f"http://nats:{MONITOR}",
        "HOST": "0.0.0.0",  # noqa: S104  reached through Caddy alone
        "PORT": str(PORT),
        "SETTINGS": str(INSIDE / "practice.toml"),
        "TOKEN_KEY": str(INSIDE / "secrets/token.pub"),
    }


def _special(service: str) -> dict[str, str]:
    """What one service alone is told."""
    others = ",".join(f"{name}=http://{name}:{PORT}" for name in SERVICES if name != "web")
    special = {
        "records": {"WRAPPING_KEY": str(INSIDE / "wrapping/wrapping.key")},
        "web": {"SIGNING_KEY": str(INSIDE / "secrets/token.key"), "SERVICES": others},
    }
    return special.get(service, {})


def _database(service: str, role: str, secrets: Path) -> str:
    return f"postgresql://{role}:{password(secrets, f'postgres.{role}')}@postgres/{service}"


if __name__ == "__main__":
    if sys.argv[1] == "files":
        write_files(Path(sys.argv[2]))
    else:
        asyncio.run(make_tables(Path(sys.argv[2])))
