"""The swift batch: units decided on states kept in memory, appended by one statement that checks nobody else wrote."""

from collections.abc import Sequence

from shared.store.batch import LOST, Batch, InDoubt, Stale
from shared.store.unit import Changes
from shared.store.work import Work


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
        if self._stands_alone():
            await self._append_alone()
        else:
            await self._connection.execute("begin")
            async with self._transaction():
                await self._flush()

    async def _append_alone(self) -> None:
        try:
            await self._append(self._unflushed)
        except LOST as error:
            raise InDoubt from error

    def _stands_alone(self) -> bool:
        """Whether nothing follows from the events, so that the append is a transaction by itself."""
        effects = self._engine.effects
        return not any(
            changes.statements or any(effects.follows(type(pending.event)) for pending in changes.events)
            for changes in self._unflushed
        )

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
