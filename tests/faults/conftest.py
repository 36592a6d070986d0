"""The tally services of the framework's tests, for faults that need no whole stack."""

from tests.integration.shared.conftest import bus, clock, start

__all__ = ["bus", "clock", "start"]
