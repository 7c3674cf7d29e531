"""What the processes of an instance say on their standard error."""

import structlog


def speak_plainly() -> None:
    """Let a traceback name lines of code only: local variables hold secrets and others' papers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )
