"""The naive telling of exercise at home (domain.md §3.1, §5), on top of the course lived day by day."""

from datetime import date

from tests.unit.protocol.naive import DAY
from tests.unit.protocol.naive_next import Booked


class Trained(Booked):
    """A life, and how the client exercised in it."""

    def weeks(self) -> list[tuple[date, int, int]]:
        """Weeks of exercise from clearance: first day, days with exercise, target; none with a day in a pause."""
        found, week = [], self.cleared
        while week and week <= self.today:
            days = [week + n * DAY for n in range(7)]
            if week >= self.facts.starts_on and not any(self.facts.paused(day) for day in days):
                found.append((week, sum(day in self.facts.exercise for day in days), self.target_on[week]))
            week += 7 * DAY
        return found

    @property
    def met(self) -> set[date]:
        return {week for week, days, target in self.weeks() if days >= target}

    @property
    def hit_and_missed(self) -> dict[date, bool]:
        until = min(self.today, self.facts.closed_on or self.today)
        return {week: days >= target for week, days, target in self.weeks() if week + 7 * DAY <= until}

    @property
    def rows(self) -> list[set[date]]:
        """Four target weeks in a row or more; weeks left out do not stand between."""
        rows: list[list[date]] = [[]]
        for week, days, target in self.weeks():
            if days >= target:
                rows[-1].append(week)
            else:
                rows.append([])
        return [set(row) for row in rows if len(row) >= 4]

    @property
    def early_exercise(self) -> set[date]:
        """Before the session that clears it; what was done before the course was taken over is not judged."""
        after = self.facts.last_on or date.min
        return {day for day in self.facts.exercise if day > after and (self.cleared is None or day < self.cleared)}
