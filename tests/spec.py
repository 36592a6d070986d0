"""Given / when / then for deciders: past events, a command, and what must come of it."""

from typing import Any

from shared.decider import Decider, Refused


class Given:
    """A decider whose stream already holds these events."""

    def __init__(self, decider: Decider[Any, Any, Any], *past: Any) -> None:
        self.decider = decider
        self.state = decider.initial
        for event in past:
            self.state = decider.evolve(self.state, event)

    def when(self, *commands: Any) -> "Then":
        """Run the commands one after another; the outcome is that of all of them."""
        events: list[Any] = []
        for command in commands:
            try:
                new = self.decider.decide(command, self.state)
            except Refused as refused:
                return Then(events, refused, self.state)
            for event in new:
                self.state = self.decider.evolve(self.state, event)
            events += new
        return Then(events, None, self.state)


class Then:
    """What came of it: `events`, or the refusal, and the `state` after."""

    def __init__(self, events: list[Any], refused: Refused | None, state: Any) -> None:
        self.events, self.refused, self.state = events, refused, state

    def then(self, *expected: Any) -> None:
        """Exactly these events."""
        assert self.refused is None, f"refused: {self.refused}"
        assert self.events == list(expected)

    def then_nothing(self) -> None:
        """Asked twice: no event."""
        self.then()

    def then_includes(self, *expected: Any) -> None:
        """At least these events, in this order."""
        assert self.refused is None, f"refused: {self.refused}"
        assert [event for event in self.events if event in expected] == list(expected)

    def then_refused(self, rule: str) -> Refused:
        """A refusal by this rule, and not one event."""
        assert self.refused is not None, f"not refused: {self.events}"
        assert self.refused.rule == rule
        return self.refused


def given(decider: Decider[Any, Any, Any], *past: Any) -> Given:
    """Start of the sentence."""
    return Given(decider, *past)
