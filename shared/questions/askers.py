"""Who may ask what: nobody else's question reaches who answers. deploy/nats.py makes the rights on the bus of it."""

from collections.abc import Mapping

from shared.questions.protocol import AskCourse, AskNote, AskReflow, AskVerdicts, AskWays
from shared.questions.question import Question
from shared.questions.records import AskContact, AskScreening
from shared.questions.scheduling import AskVisits

ASKERS: Mapping[type[Question], tuple[str, ...]] = {
    AskContact: ("protocol", "scheduling", "notify"),
    AskScreening: ("protocol",),
    AskCourse: ("scheduling",),
    AskVerdicts: ("scheduling",),
    AskWays: ("scheduling",),
    AskReflow: ("scheduling",),
    AskNote: ("notify",),
    AskVisits: ("notify",),
}
