"""A draft's fields read by place: what stands, and which bills, items and boxes there are."""

from collections.abc import Mapping
from typing import TypeAlias, TypeVar, cast

from waglan.manifest.draft_field import Scalar

T = TypeVar("T")

Values: TypeAlias = Mapping[str, Scalar | None]


class DraftValues:
    """The fields by place, and which keys stand at each."""

    def __init__(self, values: Values) -> None:
        """Hold the values that stand; a place without one is not there."""
        self._values = values
        self._keys: dict[str, dict[str, None]] = {}
        for path, value in values.items():
            if value is None:
                continue
            steps = path.split("/")
            for depth in range(1, len(steps)):
                self._keys.setdefault("/".join(steps[:depth]), {}).setdefault(steps[depth])

    def keys(self, at: str) -> tuple[str, ...]:
        """Return the keys at a place: numbers in their order, then the rest in theirs."""
        found = self._keys.get(at, {})
        return tuple(sorted(found, key=lambda key: (len(key) if key.isdecimal() else 99, key)))

    def get(self, path: str, kind: type[T]) -> T | None:
        """Return the value at a place; None if nobody told it, or it is of another kind."""
        value = self._values.get(path)
        return value if isinstance(value, kind) else None

    def text(self, path: str) -> str | None:
        """Return the text at a place."""
        return self.get(path, str)

    def codes(self, path: str) -> tuple[str, ...]:
        """Return the codes at a place; nobody told any: none."""
        return cast("tuple[str, ...]", self.get(path, tuple) or ())
