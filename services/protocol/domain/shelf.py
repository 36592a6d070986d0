"""The definitions a practice offers, and every version a running course may have started with."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from services.protocol.domain.definition import Definition


class VersionElsewhere(OSError):  # noqa: N818 - nothing is wrong here: another replica knows it, ask again in a moment
    """A course follows a version that this process has not read yet."""


class Shelf(Mapping[str, Definition]):
    """Offered definitions by id, the highest version of each; `of` gives any version that was ever adopted.

    `settings` names, by protocol, the practice's own values in force; `then` gives a version under those of a time.
    `missing` is called when a version is asked for that only another replica has adopted so far.
    """

    def __init__(
        self,
        offered: Iterable[Definition],
        missing: Callable[[], None] = lambda: None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings or {}
        self._versions: dict[tuple[str, int], Definition] = {}
        self._former: dict[tuple[str, int, str], Definition] = {}
        self._offered: dict[str, Definition] = {}
        self._missing = missing
        for definition in offered:
            self.put(definition)
            known = self._offered.get(definition.id)
            if known is None or known.version < definition.version:
                self._offered[definition.id] = definition

    def put(self, definition: Definition) -> None:
        """Keep a version that courses may follow; it is not offered to new ones."""
        self._versions.setdefault((definition.id, definition.version), definition)

    def put_former(self, definition: Definition, settings: str) -> None:
        """Keep a version as it was under values that are not in force now."""
        self._former[definition.id, definition.version, settings] = definition

    def then(self, protocol: str, version: int | None, settings: str) -> Definition:
        """The version under the values that were in force then. Raises `VersionElsewhere`."""
        now = self.of(protocol, version)
        if settings == self.settings.get(protocol, ""):
            return now
        if found := self._former.get((protocol, now.version, settings)):
            return found
        self._missing()
        raise VersionElsewhere(f"the values of then for {protocol} are not known here yet")

    def of(self, protocol: str, version: int | None) -> Definition:
        """The version a course started with. Raises `VersionElsewhere`.

        Courses from before versions were written down follow the lowest there is.
        """
        known = self._versions.get((protocol, version or 0))
        if known is None and version is None:
            versions = [one for one in self._versions if one[0] == protocol]
            known = self._versions[min(versions)] if versions else None
        if known is None:
            self._missing()
            raise VersionElsewhere(f"version {version} of {protocol} is not known here yet")
        return known

    def __getitem__(self, protocol: str) -> Definition:
        return self._offered[protocol]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._offered))

    def __len__(self) -> int:
        return len(self._offered)
