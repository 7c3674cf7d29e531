"""What a client likes to be answered with, and how much: `Accept` and `Accept-Language`."""

from starlette.datastructures import Headers


def liked(headers: Headers) -> dict[str, float]:
    """Return the weight of each media type that is named; what can't be read weighs nothing."""
    return weighed(headers.get("accept", ""))


def weighed(accept: str) -> dict[str, float]:
    """Return the weight of each thing that an `Accept…` header names, in its order."""
    return dict(map(_liked, accept.split(",")))


def _liked(entry: str) -> tuple[str, float]:
    media_type, *params = [part.strip().lower() for part in entry.split(";")]
    for param in params:
        if param.startswith("q="):
            try:
                return media_type, float(param[2:])
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0
