"""What trips are planned by at a time: the packaged files, and what authorities published since."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from waglan.elock.atlas import Atlas, joined, packaged
from waglan.elock.ground import GroundKind
from waglan.elock.jurisdiction import Jurisdiction, jurisdictions
from waglan.elock.province import Province
from waglan.store import Transaction, editions
from waglan.store.editions import InForce

ATLASES_MAX: Final = 16  # held by one process
_province = msgspec.json.Decoder(Province).decode
_rules = msgspec.json.Decoder(Jurisdiction).decode
_atlases: OrderedDict[tuple[int, ...], Atlas] = OrderedDict()


@dataclass(frozen=True, slots=True)
class InForceThen:
    """The ground of one time; figures of published rules stand in none of it."""

    atlas: Atlas
    rules: Mapping[str, Jurisdiction]
    editions: Mapping[str, InForce]  # of rules, by id


async def ground_at(tx: Transaction, at: datetime) -> InForceThen:
    """Return the ground of a time. What was proposed is joined without a second look."""
    found = await editions.in_force(tx, at)
    places = [one for one in found if one.kind == GroundKind.PROVINCE.value]
    rules = {one.name: one for one in found if one.kind == GroundKind.JURISDICTION.value}
    key = tuple(one.number for one in places)
    atlas = packaged() if not key else _atlases.get(key)
    if atlas is None:
        named = dict(packaged().provinces)
        for one in places:
            named[one.name] = _province(await editions.opened(tx, one.number))
        atlas = _atlases[key] = joined(named, is_checked=True)[0]
        while len(_atlases) > ATLASES_MAX:
            _atlases.popitem(last=False)
    known = dict(jurisdictions())
    for name, one in rules.items():
        known[name] = _rules(await editions.opened(tx, one.number))
    return InForceThen(atlas, known, rules)
