"""Officers' tables: GoRules decision models, read with care and run once for a whole manifest.

Of a model's file only the one decision table is taken over, and only what `table_file` let pass;
the engine is given a model built here, so that nothing else in the file can ever run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import msgspec

from waglan.codes.customs_status import CustomsStatus
from waglan.codes.data import installed
from waglan.codes.finding import Finding, Severity, Where
from waglan.customs.facts import Beyond, ManifestFacts, Told
from waglan.customs.narrowing import Narrowing
from waglan.customs.score import weights
from waglan.customs.status import gravest
from waglan.customs.table_cell import facts_named, tokens
from waglan.customs.table_engine import DIRECT, Engine, HitRow, NoAnswer
from waglan.customs.table_file import Grid, read_grid
from waglan.customs.table_literal import contained, folded, never_said
from waglan.customs.table_work import TABLE_STEPS_MAX, steps_of
from waglan.customs.word_groups import SAID, WordGroups
from waglan.manifest.model import Manifest

BILLS_MAX = 100_000
TABLES_KEPT = 8  # read and ready for the next manifest
DECISIONS_KEPT = 250  # choices of rows that the engine holds ready for one table
# How long a table may take over a manifest, and how many bills give it a second more. Others wait
# for as long, and a session that is idle in a transaction is ended after fifteen.
SECONDS, SECONDS_MAX, BILLS_A_SECOND = 5.0, 10.0, 4_000
FOLDING = 4  # of a table's words; counted up when the same file may answer otherwise than before
ENGINE = f"zen-engine {installed('zen-engine')}, folding {FOLDING}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which table answered: the hash of its file, and the engine that ran it."""

    table_sha256: str
    engine_version: str


class Hit(msgspec.Struct, frozen=True, gc=False):
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
    weighs: Mapping[str, int]  # each rule's share in a bill's score
    _groups: WordGroups = field(repr=False, compare=False)
    _narrowing: Narrowing = field(repr=False, compare=False)
    _decisions: "_Decisions" = field(repr=False, compare=False)

    def evaluate(self, facts: Told) -> list[Hit]:
        """Return one hit for each bill, in order, from one call of the engine a kind."""
        if len(facts) > BILLS_MAX:
            raise ValueError(f"{len(facts)} bills at once; at most {BILLS_MAX} are taken")
        every = range(len(facts))
        words = facts.told("words", every) if self._groups else [None] * len(facts)
        # Bills that say the same give the same list: it is looked through once.
        groups = {at: self._groups.said(one) for at, one in {id(w): w for w in words}.items()}
        said = [groups[id(one)] for one in words]
        hits = [_NO_HIT] * len(facts)
        shares = self._narrowing.shares(facts, said)
        for rows, places in self._decisions.grouped(shares).items():
            fired = self._decisions.of(rows).evaluated(facts, said, places)
            for place, fires in zip(places, fired, strict=True):
                if fires:
                    hits[place] = _hit(fires)
        return hits


def read_table(
    content: bytes, *, engine_version: str, engine: Engine = DIRECT
) -> tuple[Table | None, list[Finding]]:
    """Read a decision model as an officer uploads it; None and why where it may not be used.

    Whatever the table is asked later is asked of this engine.
    """
    table, findings = _read(content, engine_version, engine)
    return table, [*findings]


@lru_cache(maxsize=TABLES_KEPT)
def _read(
    content: bytes, engine_version: str, engine: Engine
) -> tuple[Table | None, tuple[Finding, ...]]:
    grid, findings = read_grid(content, engine)
    if grid is None:
        return None, tuple(findings)
    groups = WordGroups()
    rows = _folded(grid, groups)
    if findings := _too_much(grid, rows):
        return None, tuple(findings)
    stamp = Stamp(sha256(content).hexdigest(), engine_version)
    narrowing = Narrowing.of(grid.inputs, rows, engine)
    decisions = _Decisions(grid, rows, engine)
    return Table(stamp, grid.rules, grid.needs, _weighs(grid), groups, narrowing, decisions), ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A table and what it wants of each bill: nothing where it may not be used, or was too slow."""

    table: Table | None
    hits: Sequence[Hit]
    has_answered: bool = True


def ask_table(
    engine: Engine, content: bytes | None, manifest: Manifest, findings: Sequence[Finding]
) -> Asked:
    """Ask a table that was published of a manifest and of what the rules found in it, in time."""
    bills, table = len(manifest.bills), None
    engine.allow(min(SECONDS_MAX, SECONDS + bills / BILLS_A_SECOND))
    try:
        if content is not None:
            table, _ = read_table(content, engine_version=ENGINE, engine=engine)
        if table is None:
            return Asked(None, [_NO_HIT] * bills)
        return Asked(table, table.evaluate(ManifestFacts(manifest, Beyond(findings))))
    except NoAnswer:
        return Asked(table, [_NO_HIT] * bills, has_answered=False)


def check_table(content: bytes, engine: Engine) -> tuple[int, list[Finding]]:
    """Return how many rows a table has that comes in, and all that forbids it."""
    grid, findings = read_grid(content, engine)
    if grid is None:
        return 0, findings
    return len(grid.rows), [*_too_much(grid, _folded(grid, WordGroups())), *_never_fires(grid)]


def _too_much(grid: Grid, rows: Sequence[Mapping[str, str]]) -> list[Finding]:
    """Return that all rows together are too much work, as they are asked."""
    facts = {column["id"]: column.get("field", "") for column in grid.inputs}
    cells = [(row[id_], fact) for row in rows for id_, fact in facts.items() if id_ in row]
    # A Chinese word that is sought within words makes one more to go through.
    steps = sum([steps_of([*tokens(cell)], fact, nested=True) for cell, fact in cells])
    if steps <= TABLE_STEPS_MAX:
        return []
    most = TABLE_STEPS_MAX
    return [Finding("TABLE-WORK", Severity.ERROR, Where("table"), {"steps": steps, "max": most})]


def _never_fires(grid: Grid) -> list[Finding]:
    """Return where a table asks for what no bill can say."""
    facts = {column["id"]: column.get("field") for column in grid.inputs}
    return [
        Finding(
            "TABLE-CELL-NEVER",
            Severity.ERROR,
            Where(f"table/rows/{number}", line=number),
            {"cell": row[id_], "word": word},
        )
        for number, row in enumerate(grid.rows, 1)
        for id_, fact in facts.items()
        for word in never_said(row.get(id_, ""), fact)
    ]


def _weighs(grid: Grid) -> dict[str, int]:
    [status] = [column["id"] for column in grid.outputs if column["field"] == "status"]
    return {
        rule: weights().row[CustomsStatus(row[status].strip('"'))] if weight is None else weight
        for rule, row, weight in zip(grid.rules, grid.rows, grid.weights, strict=True)
    }


@dataclass(slots=True)
class _Decisions:
    """The engine's form of chosen rows of a table, each made when it is first asked for."""

    _grid: Grid
    _rows: list[dict[str, str]]
    _engine: Engine
    _made: dict[tuple[int, ...], "_Chosen"] = field(default_factory=dict)

    def of(self, rows: tuple[int, ...]) -> "_Chosen":
        """Return these rows alone, in the table's order, ready for the engine."""
        if rows not in self._made:
            chosen = [self._rows[row] for row in rows]
            model = msgspec.json.encode(_model(self._grid, chosen)).decode()
            self._made[rows] = _Chosen(self._engine, model, _named(self._grid, chosen))
        return self._made[rows]

    def grouped(
        self, shares: Mapping[tuple[int, ...], Sequence[int]]
    ) -> Mapping[tuple[int, ...], Sequence[int]]:
        """Return the bills by the rows they are asked; where a choice of rows is rare, by all."""
        grouped = dict[tuple[int, ...], list[int]]()
        every = tuple(range(len(self._rows)))
        for rows, places in shares.items():
            is_worth_it = rows in self._made or len(self._made) + len(grouped) < DECISIONS_KEPT
            grouped.setdefault(rows if is_worth_it else every, []).extend(places)
        return grouped


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Some rows of a table, and the facts that they name."""

    engine: Engine
    model: str
    facts: tuple[str, ...]

    def evaluated(
        self, facts: Told, said: Sequence[tuple[int, ...]], places: Sequence[int]
    ) -> list[list[HitRow]]:
        """Return what fires for each bill, in order."""
        # Half of the engine's time would be for facts that these rows never ask for.
        columns = [
            [said[place] for place in places] if fact == SAID else facts.told(fact, places)
            for fact in self.facts
        ]
        bills = [dict(zip(self.facts, row, strict=True)) for row in zip(*columns, strict=True)]
        fired = self.engine.decided(self.model, msgspec.json.encode({"bills": bills})).hits
        if len(fired) != len(places):
            raise RuntimeError("the engine answered for another number of bills")
        return fired


def _named(grid: Grid, rows: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the facts that these rows ask for, by column or by name."""
    named = {SAID} if any(SAID in cell for row in rows for cell in row.values()) else set()
    for column in grid.inputs:
        cells = [cell for row in rows if (cell := row.get(column["id"]))]
        if cells and "field" in column:
            named.add(column["field"])
        named.update(*map(facts_named, cells))
    return tuple(sorted(named))


_NO_HIT = Hit()


def _hit(fired: Sequence[HitRow]) -> Hit:
    return Hit(
        gravest([row.status for row in fired]),
        tuple([row.rule for row in fired]),
        tuple(dict.fromkeys([row.note for row in fired if row.note])),
    )


def _folded(grid: Grid, groups: WordGroups) -> list[dict[str, str]]:
    facts = {column["id"]: column.get("field") for column in grid.inputs}
    return [
        {
            id_: _cell(cell, facts[id_], groups) if id_ in facts else cell
            for id_, cell in row.items()
        }
        for row in grid.rows
    ]


def _cell(cell: str, fact: str | None, groups: WordGroups) -> str:
    """Return a cell with the same answer that asks as bills say it, for groups if it can."""
    told = folded(cell, fact)
    return contained(told if fact else groups.fold(told), fact)


def _model(grid: Grid, rows: list[dict[str, str]]) -> Mapping[str, object]:
    asked = [column for column in grid.inputs if any(column["id"] in row for row in rows)]
    table = {
        "hitPolicy": "collect",
        "inputs": asked,
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
