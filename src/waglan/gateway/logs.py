"""One way to log for all processes: lines of JSON for machines, readable lines on a terminal.

No cargo, no person, no secret: of an exception only its kind and place are written, because its
words may hold what somebody sent.
"""

import logging
import sys
import traceback
from pathlib import PurePath
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

FRAMES_MAX = 8


def configure(process: str, out: TextIO = sys.stderr, *, least: int = logging.INFO) -> None:
    """Let this process log under its name, whichever library speaks, what matters at least so."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
        _without_words,
    ]
    structlog.configure(
        processors=[*shared, _renderer(out)],
        logger_factory=structlog.PrintLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(least),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(out),
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)


def _renderer(out: TextIO) -> Processor:
    if out.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(sort_keys=True)


def _named(process: str) -> Processor:
    def name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {**event, "process": process}

    return name


def _without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put an exception's kind and place where its words would be."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
        event["fault"] = type(error).__name__
        event["at"] = [f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    return event
