"""The body as plain shapes, front and back: our own drawing, without face or sex.

Coordinates are of one half: `x` from the middle line outward, `y` downward from 0 to 412. The other half is its mirror.
"""

from typing import Literal

from msgspec import Struct

View = Literal["front", "back"]
Point = tuple[float, float]

HEIGHT = 412
HALF_WIDTH = 86

HEAD: tuple[Point, ...] = (
    (0, 8), (14, 14), (18, 32), (13, 49), (5, 57), (0, 58), (-5, 57), (-13, 49), (-18, 32), (-14, 14),
)  # fmt: skip
"""The one shape drawn whole, and never marked."""
LIMBS: dict[str, tuple[Point, ...]] = {
    "knee": ((12, 273), (31, 273), (31, 287), (28, 300), (12, 300), (10, 287)),
    "lower_leg": ((12, 302), (28, 302), (33, 324), (28, 350), (24, 372), (14, 372), (9, 324)),
    "upper_arm": ((44, 114), (57, 113), (60, 133), (61, 152), (48, 155), (45, 135)),
    "forearm": ((48, 157), (61, 154), (67, 176), (69, 201), (60, 204), (53, 180)),
    "hand": (
        (60, 206), (69, 203), (76, 209), (84, 221), (82, 227), (76, 221), (76, 232), (70, 243), (63, 240), (59, 226),
        (57, 216),
    ),
}  # fmt: skip
SHAPES: dict[View, dict[str, tuple[Point, ...]]] = {
    "front": {
        "neck": ((0, 60), (10, 58), (12, 68), (16, 76), (0, 80)),
        "shoulder": ((18, 77), (34, 81), (48, 87), (56, 99), (57, 111), (43, 112), (38, 97), (17, 84)),
        "chest": ((0, 82), (16, 86), (36, 98), (41, 114), (37, 126), (0, 129)),
        "abdomen": ((0, 131), (36, 129), (33, 150), (32, 165), (13, 176), (0, 179)),
        "hip": ((15, 178), (33, 167), (38, 190), (38, 204), (18, 203), (4, 199)),
        "thigh": ((4, 205), (20, 205), (39, 207), (38, 235), (31, 271), (12, 271), (6, 240)),
        "foot": ((14, 374), (25, 374), (33, 396), (27, 404), (13, 402), (11, 390)),
        **LIMBS,
    },
    "back": {
        "neck": ((0, 60), (10, 57), (12, 68), (16, 76), (0, 79)),
        "shoulder": ((18, 77), (34, 81), (48, 87), (56, 99), (57, 111), (45, 111), (38, 92), (15, 87)),
        "upper_back": ((0, 81), (14, 89), (37, 94), (41, 112), (36, 134), (0, 137)),
        "lower_back": ((0, 139), (36, 136), (32, 155), (33, 172), (14, 178), (0, 183)),
        "gluteal": ((1, 185), (14, 180), (30, 176), (32, 206), (20, 216), (4, 214)),
        "hip": ((32, 175), (36, 178), (39, 194), (39, 210), (34, 208)),
        "thigh": ((4, 217), (20, 219), (39, 213), (38, 240), (31, 271), (12, 271), (6, 244)),
        "foot": ((14, 374), (24, 374), (27, 392), (22, 404), (13, 402), (11, 390)),
        **LIMBS,
    },
}

NUMBERS: dict[tuple[View, str], Point] = {
    ("front", "neck"): (25, 64),
    ("back", "neck"): (25, 64),
    ("front", "chest"): (24, 109),
    ("back", "upper_back"): (20, 118),
    ("back", "gluteal"): (14, 205),
    ("back", "hip"): (37, 184),
    ("front", "knee"): (22, 291),
}
"""Where a region's number stands, if not in its middle: clear of the tender points, beside what is too narrow."""

SITES: dict[str, tuple[View, Point]] = {
    "occiput": ("back", (9, 54)),
    "low_cervical": ("front", (8, 70)),
    "trapezius": ("back", (27, 82)),
    "supraspinatus": ("back", (17, 97)),
    "second_rib": ("front", (12, 93)),
    "lateral_epicondyle": ("front", (59, 161)),
    "gluteal": ("back", (26, 188)),
    "greater_trochanter": ("back", (36, 203)),
    "knee": ("front", (13, 277)),
}
"""The nine pairs of tender points (domain.md §3.5), each in the view it is seen in."""


class Area(Struct, frozen=True, kw_only=True):
    """An area of connective-tissue massage: its part of the picture (left, top, width, height) and its regions."""

    name: str
    view: View
    frame: tuple[float, float, float, float]
    regions: tuple[str, ...]


AREAS: dict[str, Area] = {
    "hand_palm": Area(name="Hand, palm", view="front", frame=(42, 190, 48, 54), regions=("hand",)),
    "hand_back": Area(name="Hand, back", view="back", frame=(42, 190, 48, 54), regions=("hand",)),
    "thigh_and_knee": Area(
        name="Thigh and knee", view="front", frame=(-54, 198, 108, 108), regions=("thigh", "knee")
    ),
    "hip": Area(name="Hip", view="back", frame=(-48, 160, 96, 72), regions=("gluteal", "hip")),
    "shoulder_and_forearm": Area(
        name="Shoulder and forearm", view="front", frame=(0, 68, 90, 142), regions=("shoulder", "upper_arm", "forearm")
    ),
    "cervical": Area(name="Neck (cervical)", view="back", frame=(-48, 36, 96, 60), regions=("neck",)),
    "upper_thoracic": Area(name="Upper back (upper thoracic)", view="back", frame=(-60, 66, 120, 78),
                           regions=("upper_back",)),
    "cervical_thoracic_abdominal": Area(
        name="Neck, chest and abdomen", view="front", frame=(-64, 50, 128, 136), regions=("neck", "chest", "abdomen")
    ),
}  # fmt: skip
"""The areas of figure 10 of source A (domain.md §3.4). Their arrows are pictures we do not have: none is drawn here."""


def side_sign(view: View, side: str) -> int:
    """Where a side of the client lies in the picture: 1 right of the middle line, -1 left of it."""
    return 1 if (side == "left") == (view == "front") else -1
