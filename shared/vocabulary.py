"""The slugs of the practice: regions, techniques, sites, exercises, reasons (domain.md §3.7)."""

from typing import Literal

Region = Literal[
    "neck", "shoulder", "upper_back", "lower_back", "chest", "abdomen", "gluteal", "hip", "thigh", "knee",
    "lower_leg", "foot", "upper_arm", "forearm", "hand", "full_body",
]  # fmt: skip
Side = Literal["left", "right"]
Technique = Literal[
    "effleurage", "kneading", "petrissage_1", "petrissage_2", "squeezing", "cross_fiber_friction",
    "connective_tissue", "suboccipital", "subscapular", "thumb_glide", "ironing", "tender_point", "trigger_point",
    "ischemic_compression", "pir", "periosteal", "intensive", "stretching",
]  # fmt: skip
TenderPoint = Literal[
    "occiput_left", "occiput_right", "low_cervical_left", "low_cervical_right", "trapezius_left", "trapezius_right",
    "supraspinatus_left", "supraspinatus_right", "second_rib_left", "second_rib_right", "lateral_epicondyle_left",
    "lateral_epicondyle_right", "gluteal_left", "gluteal_right", "greater_trochanter_left",
    "greater_trochanter_right", "knee_left", "knee_right",
]  # fmt: skip
ExerciseRegion = Literal["neck", "shoulders", "upper_back", "lower_back", "hips", "knees"]
DeviationRule = Literal[
    "region_over_10_min", "prone_over_12_min", "full_body_too_early", "intensive_too_early", "pir_too_early",
    "pir_with_contraction", "periosteal_out_of_phase", "exercise_too_early", "session_in_break", "min_gap",
    "too_many_in_7_days", "closed", "not_started", "paused", "foreign_course", "same_appointment",
    "event_day",
]  # fmt: skip
Position = Literal["side_lying", "prone", "supine", "seated", "standing"]
"""How the client lies, sits or stands."""
SessionFlag = Literal["threshold_risen", "aggravated", "contraction"]
"""What a therapist ticks after a session; fields of `SessionCompleted`."""
CadenceRule = Literal["closed", "not_started", "paused", "event_day", "break", "min_gap", "too_many_in_7_days"]
"""Why a day will not do as the next session; `check` gives the first that refuses, in this order."""
Reason = Literal[
    "client_ill", "client_away", "client_wish", "therapist_ill", "therapist_away", "practice_closed", "medical_need",
    "entered_in_error", "finished", "moved_away", "other",
]  # fmt: skip
MilestoneKind = Literal["cleared", "week_met", "four_weeks", "steps", "walked_minutes"]
MessageKind = Literal["booking", "change", "cancellation", "reminder", "break", "exercise", "waitlist", "note"]
Role = Literal["owner", "front_desk", "therapist", "client"]
