"""Structured logs: JSON lines with ids only, through an allow-list, never names or free text."""

import logging
import sys
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from shared import metrics

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "service", "actor", "correlation_id", "causation_id", "event_type",
        "type", "stream", "position", "producer", "consumer", "error", "sqlstate", "kind", "key", "route", "method",
        "status", "duration_ms", "failures", "question", "port", "batch", "reason", "exception", "message_id",
        "appointment_id", "course_id", "client_id", "therapist_id", "session_id", "code", "attempt", "count",
        "address", "account_id", "role", "sequence",
    }
)  # fmt: skip
"""An allow-list: a key nobody thought of cannot carry a name into the logs."""


def configure(service: str) -> None:
    """JSON lines on standard output for our loggers and the libraries' alike."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _frames_only,
    ]
    structlog.configure(
        processors=[*shared, _allowed, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(file=Lossy(sys.stdout)),  # type: ignore[arg-type]
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


class Lossy:
    """A text file into which a line may fail to go: no work stops because its log cannot be written (a full disk)."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write the line, or count it as lost."""
        self._try(lambda: self._file.write(text))

    def flush(self) -> None:
        """Write out what is buffered, or count it as lost."""
        self._try(self._file.flush)

    def _try(self, step: Callable[[], object]) -> None:
        try:
            step()
        except (OSError, ValueError):  # `ValueError`: the file was closed
            metrics.log_lines_lost.inc()


class _Forward(logging.Handler):
    """Lines of libraries (aiohttp's parser errors) go the same way, without their text: it may hold input."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger().warning("library_message", logger=record.name, error=error)


def _allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in event.items() if name in ALLOWED}


def _frames_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its type and where it happened; its text and the locals may hold personal data."""
    given = event.pop("exc_info", None)
    if given and (error := given if isinstance(given, BaseException) else sys.exc_info()[1]):
        frames, trace = [], error.__traceback__
        while trace:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__} at {' > '.join(frames[-8:])}"
    return event
