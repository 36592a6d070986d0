"""CP-SAT at the same proposal, in the peers' environment: the task as JSON on stdin, its figures on stdout.

Run by bench/lines/proposal.py; it knows nothing of Seriatim. The model is told the earliest day of each session and
places it within fourteen days of that. It minimises one after the other: the weeks, the departures from a rhythm
(a time of day and two weekdays), the therapists. Building the model is not in the time.
"""

import json
import sys
import time

from ortools.sat.python import cp_model

GAP, WINDOW, BREAK = 2, 7, 14


class Model:
    """Visits, their days, the rhythm and the therapists as variables that are 0 or 1."""

    def __init__(self, task: dict) -> None:
        self.model = cp_model.CpModel()
        self.days = {int(day): {int(at): mask for at, mask in times.items()} for day, times in task["days"].items()}
        self.earliest, self.people = task["earliest"], range(task["people"])
        self.minutes = sorted({at for times in self.days.values() for at in times})
        self.at = {at: self.model.new_bool_var("") for at in self.minutes}
        self.on = {weekday: self.model.new_bool_var("") for weekday in range(7)}
        self.used = [self.model.new_bool_var("") for _ in self.people]
        self.placed = [
            {day: self.model.new_bool_var("") for day in self.days if first <= day < first + 14}
            for first in self.earliest
        ]
        self.has = [[self.model.new_bool_var("") for _ in self.people] for _ in self.earliest]
        self.off = [(self.model.new_bool_var(""), self.model.new_bool_var("")) for _ in self.earliest]
        self._cadence(task["breaks"])
        self._rhythm()
        self._people()

    def _cadence(self, breaks: list[int]) -> None:
        day = [sum(one * var for one, var in placed.items()) for placed in self.placed]
        for placed in self.placed:
            self.model.add_exactly_one(placed.values())
        for n in range(1, len(day)):
            self.model.add(day[n] >= day[n - 1] + (BREAK if n in breaks else GAP))
            if n > 1 and n not in breaks and n - 1 not in breaks:
                self.model.add(day[n] >= day[n - 2] + WINDOW)

    def _rhythm(self) -> None:
        self.model.add_exactly_one(self.at.values())
        self.model.add(sum(self.on.values()) == 2)
        for placed, (weekday_off, time_off) in zip(self.placed, self.off, strict=True):
            for day, var in placed.items():
                self.model.add_bool_or(var.negated(), self.on[(day - 1) % 7], weekday_off)
                for at in self.minutes:
                    if at not in self.days[day]:
                        self.model.add_bool_or(var.negated(), self.at[at].negated(), time_off)

    def _people(self) -> None:
        for placed, has in zip(self.placed, self.has, strict=True):
            self.model.add_exactly_one(has)
            for one, used in zip(has, self.used, strict=True):
                self.model.add_implication(one, used)
            for day, var in placed.items():
                anybody = 0
                for mask in self.days[day].values():
                    anybody |= mask
                for at in self.minutes:
                    able = self.days[day].get(at, anybody)
                    for person in self.people:
                        if not able >> person & 1:
                            self.model.add_bool_or(var.negated(), self.at[at].negated(), has[person].negated())

    def goals(self) -> list:
        """What is minimised, in order."""
        first = self.earliest[0]
        weeks = sum((day - first) // 7 * var for placed in self.placed for day, var in placed.items())
        return [weeks, sum(var for both in self.off for var in both), sum(self.used)]

    def solve(self) -> dict:
        """Each goal at its best, held there for those after it. Gives the milliseconds and the goals' values."""
        took, reached = 0.0, []
        for goal in self.goals():
            self.model.minimize(goal)
            solver = cp_model.CpSolver()
            solver.parameters.max_time_in_seconds = 60
            began = time.perf_counter()
            if solver.solve(self.model) != cp_model.OPTIMAL:
                sys.exit("CP-SAT did not prove the best in 60 s")
            took += time.perf_counter() - began
            reached.append(round(solver.objective_value))
            self.model.add(goal == reached[-1])
        return {"value": 1000 * took, "reached": reached}


if __name__ == "__main__":
    print(json.dumps(Model(json.load(sys.stdin)).solve()))
