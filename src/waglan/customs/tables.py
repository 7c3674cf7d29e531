"""Officers' tables: GoRules decision models, read with care and run once for a whole manifest.

Of a model's file only the one decision table is taken over, and only what `table_file` let pass;
the engine is given a model built here, so that nothing else in the file can ever run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import msgspec
import zen

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import installed
from waglan.codes.finding import Finding
from waglan.customs.facts import Facts
from waglan.customs.status import gravest
from waglan.customs.table_file import Grid, read_grid
from waglan.customs.word_groups import WordGroups

BILLS_MAX = 100_000
ENGINE = f"zen-engine {installed('zen-engine')}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which table answered: the hash of its file, and the engine that ran it."""

    table_sha256: str
    engine_version: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a table wants of one bill, and by which of its rules: for officers' eyes only."""

    status: CustomsStatus | None = None  # the gravest wanted; None: no rule fired
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # codes that tell the officer what to look for


@dataclass(frozen=True, slots=True)
class Table:
    """An officer's table, checked and ready. The same facts always give the same hits."""

    stamp: Stamp
    rules: tuple[str, ...]  # ids of its rows, in order
    needs: frozenset[str]  # the facts it asks for
    _decision: zen.ZenDecision = field(repr=False, compare=False)
    _groups: WordGroups = field(repr=False, compare=False)

    def evaluate(self, facts: Sequence[Facts]) -> list[Hit]:
        """Return one hit for each bill's facts, in order, from one call of the engine."""
        if len(facts) > BILLS_MAX:
            raise ValueError(f"{len(facts)} bills at once; at most {BILLS_MAX} are taken")
        told = [self._groups.said(one) for one in facts] if self._groups else facts
        answer = self._decision.evaluate(msgspec.json.encode({"bills": told}))
        fired = msgspec.convert(answer["result"], _Answer).hits
        if len(fired) != len(facts):
            raise RuntimeError("the engine answered for another number of bills")
        return [_hit(rows) if rows else _NO_HIT for rows in fired]


def read_table(content: bytes, *, engine_version: str) -> tuple[Table | None, list[Finding]]:
    """Read a decision model as an officer uploads it; None and why where it may not be used."""
    grid, findings = read_grid(content)
    if grid is None:
        return None, findings
    groups = WordGroups()
    model = msgspec.json.encode(_model(grid, _folded(grid, groups))).decode()
    stamp = Stamp(sha256(content).hexdigest(), engine_version)
    decision = zen.ZenEngine().create_decision(model)
    return Table(stamp, grid.rules, grid.needs, decision, groups), []


class _Fired(msgspec.Struct, frozen=True, gc=False):
    rule: str
    status: CustomsStatus
    note: str


class _Answer(msgspec.Struct, frozen=True, gc=False):
    hits: list[list[_Fired]]


_NO_HIT = Hit()


def _hit(fired: Sequence[_Fired]) -> Hit:
    return Hit(
        gravest([row.status for row in fired]),
        tuple([row.rule for row in fired]),
        tuple(dict.fromkeys([row.note for row in fired if row.note])),
    )


def _folded(grid: Grid, groups: WordGroups) -> list[dict[str, str]]:
    conditions = {column["id"] for column in grid.inputs if "field" not in column}
    return [
        {id_: groups.fold(cell) if id_ in conditions else cell for id_, cell in row.items()}
        for row in grid.rows
    ]


def _model(grid: Grid, rows: list[dict[str, str]]) -> Mapping[str, object]:
    table = {
        "hitPolicy": "collect",
        "inputs": grid.inputs,
        "outputs": grid.outputs,
        "rules": rows,
        "passThrough": False,
        "executionMode": "loop",
        "inputField": "bills",
        "outputPath": "hits",
    }
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "bills", "position": place, "content": {}},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "position": place,
                "content": table,
            },
            {"id": "out", "type": "outputNode", "name": "hits", "position": place, "content": {}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
