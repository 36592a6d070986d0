"""What the variables of a process may hold: addresses, networks, a zone. What cannot be is named in one sentence."""

import ipaddress
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from shared.config import Config

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Misconfigured(ValueError):  # noqa: N818 - an answer to the operator, not a bug
    """What a process was told cannot be: one sentence that names the variable, or the file and the key in it."""


ADDRESSES = {
    "database": ("postgresql|postgres", "postgresql://user:password@host:5432/name"),
    "owner_database": ("postgresql|postgres", "postgresql://user:password@host:5432/name"),
    "nats": ("nats|tls|wss?", "nats://user:password@host:4222"),
    "nats_monitor": ("https?", "http://host:8222"),
    "smtp": ("smtps?", "smtp://user:password@host:port"),
    "origin": ("https?", "https://practice.example, without a path"),
}
"""Variables that hold an address: which schemes, and how it is written."""

PARTS = re.compile(r"(?P<scheme>[a-z]+)://(?:[^/\s]*@)?(?P<hosts>[^@/?#\s]*)(?P<rest>[/?][^\s#]*)?")
HOST = re.compile(r"(?P<name>[\w.%-]+|\[[0-9a-fA-F:.]+\])?(?::(?P<port>\d{1,5}))?")


def check_variables(config: "Config") -> None:
    """Raise `Misconfigured` for a variable that no process could use. Values are not shown: passwords stand in them."""
    for name, (schemes, example) in ADDRESSES.items():
        if (value := getattr(config, name)) and not is_address(value, schemes, name):
            raise Misconfigured(f"SERIATIM_{name.upper()} is no address: write it like {example}.")
    for pair in filter(None, config.services.split(",")):
        if not is_address(pair.partition("=")[2], "https?"):
            raise Misconfigured("SERIATIM_SERVICES is written like records=http://host:port,protocol=http://host:port.")
    for name in ("front_door", "trusted_proxies"):
        try:
            networks(getattr(config, name))
        except ValueError as error:
            said = f"SERIATIM_{name.upper()} holds addresses and networks, such as 10.0.0.7 192.168.0.0/16."
            raise Misconfigured(said) from error
    check_zone(config.zone, "SERIATIM_ZONE")


def is_address(text: str, schemes: str, name: str = "") -> bool:
    """Whether a text is scheme, host and port; several hosts are parted by commas, and PostgreSQL may do without."""
    found = PARTS.fullmatch(text)
    if not found or not re.fullmatch(schemes, found["scheme"]):
        return False
    hosts = [HOST.fullmatch(host) for host in found["hosts"].split(",")]
    there = all(host and (host["name"] or name.endswith("database")) for host in hosts)
    ports = all(int(host["port"] or 1) in range(1, 65536) for host in hosts if host)
    return there and ports and not (name == "origin" and (found["rest"] or "@" in text))


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks parted by blanks or commas. Raises `ValueError` for what is neither."""
    return tuple(ipaddress.ip_network(one) for one in text.replace(",", " ").split())


def check_zone(zone: str, where: str) -> None:
    """Raise `Misconfigured` for a zone that nobody knows."""
    try:
        ZoneInfo(zone)
    except (ValueError, KeyError, OSError) as error:
        raise Misconfigured(f"{where}: there is no such time zone. Write one like America/New_York.") from error
