"""Statements that share a round trip: only those that cannot see or undo each other."""

from collections import defaultdict

from shared.store.fuse import MOST, fuse
from shared.store.unit import Statement

APPEND = "select append($1, $2)"
INSERT = "insert into visit (a, b) values ($1, $2)"
UPDATE = "update course set a = $2 where b = $1"


def fused(args: tuple[object, ...], *statements: Statement) -> Statement | None:
    """What becomes of the append with these, none of which can go together with an equal one."""
    by_text = defaultdict[str, list[Statement]](list)
    for statement in statements:
        by_text[statement[0]].append(statement)
    return fuse(APPEND, args, by_text)


def test_becomes_one_statement_whose_places_go_on_counting() -> None:
    sql, args = fused(("x", "y"), (INSERT, (1, 2)), (UPDATE, (3, 4))) or ("", ())
    assert sql == (
        "with part_0 as (insert into visit (a, b) values ($3, $4)), "
        "part_1 as (update course set a = $6 where b = $5) select append($1, $2)"
    )
    assert args == ("x", "y", 1, 2, 3, 4)


def test_what_became_one_before_is_judged_by_the_text_it_had() -> None:
    many = "insert into visit (a, b) select many.a1, many.a2 from unnest($1::int[], $2::int[]) as many(a1, a2)"
    sql, args = fuse(APPEND, ("x", "y"), {INSERT: [(many, ([1, 3], [2, 4]))]}) or ("", ())
    assert sql == f"with part_0 as ({many.replace('$2', '$4').replace('$1', '$3')}) {APPEND}"
    assert args == ("x", "y", [1, 3], [2, 4])


def test_alone_it_is_left_as_it_is() -> None:
    assert fused(("x", "y")) == (APPEND, ("x", "y"))


def test_two_changes_of_one_table_keep_their_order_by_going_apart() -> None:
    assert fused((), (INSERT, (1, 2)), ("delete from visit where a = $1", (1,))) is None
    assert fused((), (INSERT, (1, 2)), (INSERT, (3, 4))) is None


def test_what_looks_into_a_table_may_need_what_another_changes() -> None:
    copied = "insert into visit (a) select a from course where b = $1"
    joined = "update visit set a = course.a from course where course.b = $1"
    assert fused((), (copied, (1,))) is None
    assert fused((), (joined, (1,))) is None


def test_many_are_sent_group_by_group() -> None:
    assert fused((), *[(f"insert into t{n} (a) values ($1)", (n,)) for n in range(MOST + 1)]) is None
