"""A figure of the table at the end: what was found and what it should be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`found` and `expected` in words; the figure is right when they are the same."""

    what: str
    found: str
    expected: str

    @property
    def right(self) -> bool:
        """Whether it came out as it should."""
        return self.found == self.expected
