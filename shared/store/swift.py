"""The swift batch: units decided on states kept in memory, appended by one statement that checks nobody else wrote."""

from collections.abc import Sequence
from itertools import chain

from shared.store.append import APPEND
from shared.store.batch import Batch
from shared.store.effects import execute
from shared.store.fuse import fuse
from shared.store.many import together
from shared.store.unit import Changes
from shared.store.work import Stale, Work


def may_be_swift(works: Sequence[Work]) -> bool:
    """Whether no unit asks for what is only true under the lock."""
    return not any(work.reads for work in works)


class SwiftBatch(Batch):
    """Like `Batch`, but the lock is taken last, together with the append.

    Raises `Stale` whenever the outcome could be another one under the lock: then nothing was stored, nobody was
    answered, and the same units are decided again by a `Batch`.
    """

    failed: list[tuple[Work, Exception]]

    async def commit(self) -> None:
        """Decide first, then append with everything that follows."""
        self.failed = []
        await self._load()
        for work in self._works:
            await self._run(work)
        if not any(changes.events or changes.heard for changes in self._unflushed):
            raise Stale  # refusals and repeats are only sure under the lock
        entries = await self._entries(self._unflushed)
        lanes = list(self._lanes(self._unflushed))
        if fused := fuse(APPEND, entries, await together(self._connection, chain(*lanes))):
            sql, args = fused
            await self._finally(sql, *args)  # a statement is a transaction by itself
        else:
            async with self._transaction("begin"):
                await self._connection.execute(APPEND, *entries)
                await execute(self._connection, lanes)

    def answer(self, head: int) -> None:
        """After the commit the refusals are sure too: they were decided on what was the head."""
        super().answer(head)
        for work, error in self.failed:
            work.fail(error)

    async def _load(self) -> None:
        await self._load_streams()  # a key used before is met when its row is stored again

    def _failed(self, work: Work, error: Exception) -> None:
        self.failed.append((work, error))

    async def _check_claims(self, changes: Changes) -> None:
        if self._engine.effects.claimed(changes.events)[0]:
            raise Stale
