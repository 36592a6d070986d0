"""Statements that share a round trip: only those that cannot see or undo each other."""

from shared.store.fuse import MOST, fuse

APPEND = "select append($1, $2)"
INSERT = "insert into visit (a, b) values ($1, $2)"
UPDATE = "update course set a = $2 where b = $1"


def test_becomes_one_statement_whose_places_go_on_counting() -> None:
    sql, args = fuse(APPEND, ("x", "y"), [(INSERT, (1, 2)), (UPDATE, (3, 4))]) or ("", ())
    assert sql == (
        "with part_0 as (insert into visit (a, b) values ($3, $4)), "
        "part_1 as (update course set a = $6 where b = $5) select append($1, $2)"
    )
    assert args == ("x", "y", 1, 2, 3, 4)


def test_alone_it_is_left_as_it_is() -> None:
    assert fuse(APPEND, ("x", "y"), []) == (APPEND, ("x", "y"))


def test_two_changes_of_one_table_keep_their_order_by_going_apart() -> None:
    assert fuse(APPEND, (), [(INSERT, (1, 2)), ("delete from visit where a = $1", (1,))]) is None
    assert fuse(APPEND, (), [(INSERT, (1, 2)), (INSERT, (3, 4))]) is None


def test_what_looks_into_a_table_may_need_what_another_changes() -> None:
    copied = "insert into visit (a) select a from course where b = $1"
    joined = "update visit set a = course.a from course where course.b = $1"
    assert fuse(APPEND, (), [(copied, (1,))]) is None
    assert fuse(APPEND, (), [(joined, (1,))]) is None


def test_many_are_sent_group_by_group() -> None:
    assert fuse(APPEND, (), [(f"insert into t{n} (a) values ($1)", (n,)) for n in range(MOST + 1)]) is None
