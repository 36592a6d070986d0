"""The security log: a line for each refusal, at a rate that cannot fill a disk."""

from aiohttp.test_utils import make_mocked_request
from structlog.testing import capture_logs

from shared.http.refusals import LINES, WINDOW, Refusals, caller


class Stopwatch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_of_one_address_only_some_lines_a_minute_are_written():
    now = Stopwatch()
    refusals = Refusals(now)
    request = make_mocked_request("GET", "/clients/1?key=secret", {"Authorization": "Bearer secret"})
    with capture_logs() as lines:
        for _ in range(LINES + 5):
            refusals.note(request, "/clients/{client_id}", 401)
        now.now = WINDOW
        refusals.note(request, "/clients/{client_id}", 401)
    assert [line["count"] for line in lines] == [1] * LINES + [6]
    assert "secret" not in str(lines)


def test_the_address_is_the_one_our_front_door_names():
    forwarded = make_mocked_request("GET", "/", {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"})
    assert caller(forwarded.clone(remote="127.0.0.1")) == "203.0.113.7"
    assert caller(forwarded.clone(remote="8.8.8.8")) == "8.8.8.8"
    junk = make_mocked_request("GET", "/", {"X-Forwarded-For": "no address"})
    assert caller(junk.clone(remote="127.0.0.1")) == "127.0.0.1"
