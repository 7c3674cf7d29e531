"""The packaged tables of what each model's bits mean; a new model is a new file.

A table of a model is data with its source. A file that is not in order stops the start: a bit that
is told wrongly would free a cut lock, or stop an honest lorry.
"""

import tomllib
from functools import cache

import msgspec

from waglan.codes.data import load
from waglan.elock.alarm import GAUGES, Model

WORD_BITS = 32


class BadModel(ValueError):
    """A table is not in order; the message says where."""


class _Table(Model, frozen=True, forbid_unknown_fields=True):
    """A table as its file has it."""


@cache
def models() -> dict[str, Model]:
    """Return every packaged model by its name."""
    read = [read_model(text) for text in load("messages/devices/models").values()]
    named = {model.name: model for model in read}
    if len(named) != len(read):
        raise BadModel("two tables have one name")
    return named


def read_model(text: str) -> Model:
    """Return the table of one model; raise BadModel for what can't be one."""
    try:
        model = msgspec.convert(tomllib.loads(text), _Table)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadModel(str(error)) from None
    name = model.name
    if not (name.strip() and model.source.strip()):
        raise BadModel(f"{name}: a table has a name and a source")
    numbers = [bit.number for bit in model.bits] + [number for _, number in model.reserved]
    if not all(0 <= number < WORD_BITS for number in numbers):
        raise BadModel(f"{name}: a bit is 0 to {WORD_BITS - 1}")
    sides = [(bit.word, bit.number, True) for bit in model.bits if bit.on]
    sides += [(bit.word, bit.number, False) for bit in model.bits if bit.off]
    if len(set(sides)) != len(sides):
        raise BadModel(f"{name}: a bit means two things at once")
    if any(bit.on is None and bit.off is None for bit in model.bits):
        raise BadModel(f"{name}: a bit that means nothing is reserved")
    if any(gauge.figure not in GAUGES for gauge in model.gauges):
        raise BadModel(f"{name}: a gauge shows one of {', '.join(GAUGES)}")
    return model
