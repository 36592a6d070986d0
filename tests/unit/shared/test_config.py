"""What a process is told: a variable or a setting that cannot be is named in one sentence."""

from pathlib import Path

import pytest

from deploy import services
from deploy.__main__ import running
from deploy.databases import SERVICES
from shared.config import Config, read_config, read_practice
from shared.variables import Misconfigured, networks

PARTS = ["postgres", "nats", "nats_monitor", "mail"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "eighty"), ("PORT", "-1"), ("PORT", "70000"), ("ZONE", "Mars/Phobos"), ("ZONE", "../etc/passwd"),
        ("ZONE", "America"), ("CLOCK", "sundial"), ("NOW", "today"), ("NOW", "2026-03-02T09:00:00"),
        ("DATABASE", "localhost:5432/x"), ("DATABASE", "postgres"), ("DATABASE", "mysql://u:p@h/x"),
        ("DATABASE", "postgresql://u:p@h:port/x"), ("DATABASE", "postgresql://u:p@h:99999/x"),
        ("OWNER_DATABASE", "http://h/x"), ("NATS", "127.0.0.1:4222"), ("NATS", "nats://"), ("NATS", "http://h:4222"),
        ("NATS", "nats://u:p@h:4222x"), ("NATS_MONITOR", "nats://h:8222"), ("SMTP", "mail.example.org"),
        ("SMTP", "smtp://:25"), ("ORIGIN", "practice.example.org"), ("ORIGIN", "https://practice.example.org/"),
        ("ORIGIN", "https://me@practice.example.org"), ("ORIGIN", "https://a b"), ("SERVICES", "records"),
        ("SERVICES", "records=here"), ("TRUSTED_PROXIES", "proxy"), ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"), ("FRONT_DOOR", "10.0.0.256"),
    ],
)  # fmt: skip
def test_a_variable_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(f"SERIATIM_{variable}", value)
    with pytest.raises(Misconfigured, match=f"SERIATIM_{variable}") as told:
        read_config()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("variable", ["DATABASE", "NATS", "SMTP", "ORIGIN"])
def test_a_password_in_a_malformed_address_is_not_shown(monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.setenv(f"SERIATIM_{variable}", "x://maria:hunter2@host:99999")
    with pytest.raises(Misconfigured) as told:
        read_config()
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE", "postgresql://u:p%40x@h1:5432,h2:5433/name?sslmode=require"),
        ("DATABASE", "postgresql:///name?host=/run/postgresql"), ("DATABASE", "postgres://u@[::1]:5432/name"),
        ("NATS", "nats://u:p@h:4222"), ("NATS", "tls://u:p@h"), ("SMTP", "smtps://user%40x:p@mail.example.org:465"),
        ("ORIGIN", "https://practice.example.org"), ("ORIGIN", "http://127.0.0.1:8080"),
        ("SERVICES", "records=http://127.0.0.1:1,protocol=http://p:8000/protocol"),
        ("TRUSTED_PROXIES", "10.0.0.7, 192.168.0.0/16 fd00::/8"), ("NOW", "2026-03-02T09:00:00-05:00"),
    ],
)  # fmt: skip
def test_takes_every_usual_way_to_write_a_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str):
    monkeypatch.setenv(f"SERIATIM_{variable}", value)
    read_config()


def test_networks_are_parted_by_blanks_or_commas():
    assert [str(one) for one in networks("10.0.0.7,192.168.0.0/16 ::1")] == ["10.0.0.7/32", "192.168.0.0/16", "::1/128"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('nmae = "Healing Hands"', "there is no setting `nmae`"), ("[reminders]\nlead_time = []", "reminders: there"),
        ('name = "unfinished', "not written as TOML"), ("name = 5", "name: "), ('zone = "Mars/Phobos"', "zone"),
        ('zone = "/etc/passwd"', "zone"), ('sender = "practice"', "sender"), ('sender = "a@b@c"', "sender"),
        ('sender = "Practice <a@b.example>"', "sender"), ('sender = "a@b.example\\nBcc: x@y.example"', "sender"),
        ('sender = ""', "sender"), ('sender = "josé@example.com"', "sender"), ('country = "Germany"', "country"),
        ('country = "de"', "country"), ('paper = "A3"', "paper"), ('[reminders]\nquiet_from = "25:00"', "quiet_from"),
        ('[reminders]\nlead_times = ["two days"]', "lead_times"), ("[reminders]\nper_minute = 0", "per_minute"),
        ("[booking]\ngrid_minutes = 0", "grid_minutes"), ("[booking]\nhorizon_days = -1", "horizon_days"),
        ("[feeds]\npast_days = -1", "past_days"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named_with_its_file(tmp_path: Path, text: str, named: str):
    (tmp_path / "practice.toml").write_text(text)
    with pytest.raises(Misconfigured, match=r"practice\.toml") as told:
        read_practice(Config(settings=tmp_path / "practice.toml"))
    assert named in str(told.value)
    assert "\n" not in str(told.value)


def test_a_settings_file_that_is_not_text_is_told(tmp_path: Path):
    (tmp_path / "practice.toml").write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(Misconfigured, match="not written as TOML"):
        read_practice(Config(settings=tmp_path / "practice.toml"))


def test_settings_that_cannot_be_read_are_told_not_replaced_by_defaults(tmp_path: Path):
    for file in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(Misconfigured, match="SERIATIM_SETTINGS"):
            read_practice(Config(settings=file))


def test_a_practice_that_says_nothing_is_a_practice():
    assert read_practice(Config(zone="Europe/Berlin")).zone == "Europe/Berlin"


def test_a_command_on_the_running_stack_is_told_what_it_can_use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("SERIATIM_ORIGIN", raising=False)
    place, ports = running(tmp_path, "http://127.0.0.1:8282"), dict.fromkeys([*SERVICES, *PARTS], 4000)
    place.furnish()
    for service in SERVICES:
        for name, value in services.once(["events"], service, place, ports).environment.items():
            monkeypatch.setenv(name, value)
        assert read_config().origin == "http://127.0.0.1:8282"
