"""The file of an officer's table: what may stand in it, and what is refused by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from waglan.codes.finding import Finding, Severity, Where
from waglan.codes.key_twice import key_twice, keys_twice
from waglan.customs.facts import FACTS
from waglan.customs.status import GRAVITY
from waglan.customs.table_cell import Place, facts_named, not_good, unlawful
from waglan.customs.table_engine import DIRECT, Cell, Engine

TABLE_BYTES_MAX = 1_000_000
ROWS_MAX = 500
COLUMNS_MAX = 40
WEIGHT_MAX = 1_000

_NODES = frozenset({"inputNode", "decisionTableNode", "outputNode"})
_OUTPUTS = ("rule", "status", "note")
_WEIGHT = "weight"  # an output that may be missing: the row's share in a bill's score
_ROW_EXTRAS = frozenset({"_id", "_description"})
# A table asks; that nothing is asked of a bill is what a standing order decides.
_WANTED = frozenset(f'"{status.value}"' for status in GRAVITY[1:])
_CODE = re.compile(r'"[A-Z0-9][A-Z0-9-]{0,31}"')


@dataclass(frozen=True, slots=True)
class Grid:
    """The one decision table of a file, after every cell has been checked."""

    inputs: list[dict[str, str]]
    outputs: list[dict[str, str]]
    rows: list[dict[str, str]]
    rules: tuple[str, ...]
    needs: frozenset[str]
    weights: tuple[int | None, ...]  # of the rows, in order; None: as the row's status weighs


class _Node(msgspec.Struct, frozen=True):
    type: str
    name: str = ""
    content: msgspec.Raw = msgspec.Raw(b"{}")


class _Model(msgspec.Struct, frozen=True):
    nodes: list[_Node]


class _Column(msgspec.Struct, frozen=True):
    id: str
    field: str | None = None
    name: str = ""


class _Table(msgspec.Struct, frozen=True, rename="camel"):
    hit_policy: str
    inputs: list[_Column]
    outputs: list[_Column]
    rules: list[dict[str, str]]


class _Rows(msgspec.Struct, frozen=True):
    rules: list[msgspec.Raw]


def read_grid(content: bytes, engine: Engine = DIRECT) -> tuple[Grid | None, list[Finding]]:
    """Return the table of a decision model, or None and everything that forbids it."""
    table, found = _read(content)
    if table is not None:
        found = [*_check_cells(table, engine)]
    return (None, found) if table is None or found else (_grid(table), [])


def taken_grid(content: bytes) -> Grid | None:
    """Return a table that was taken, whatever its cells may ask today; None for anything else."""
    table, _ = _read(content)
    return None if table is None else _grid(table)


def row_count(content: bytes) -> int:
    """Return how many rows a table has that was taken."""
    try:
        nodes = msgspec.json.decode(content, type=_Model).nodes
        tables = [node.content for node in nodes if node.type == "decisionTableNode"]
        return sum([len(msgspec.json.decode(one, type=_Rows).rules) for one in tables])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0


def _read(content: bytes) -> tuple[_Table | None, list[Finding]]:
    if len(content) > TABLE_BYTES_MAX:
        size, most = len(content), TABLE_BYTES_MAX
        where = Where("table")
        return None, [Finding("TABLE-SIZE", Severity.ERROR, where, {"size": size, "max": most})]
    try:
        nodes = msgspec.json.decode(content, type=_Model).nodes
        found = list(_check_nodes(nodes))
        if found:
            return None, found
        [raw] = [node.content for node in nodes if node.type == "decisionTableNode"]
        table = msgspec.json.decode(raw, type=_Table)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, [Finding("TABLE-UNREADABLE", Severity.ERROR, Where("table"), {})]
    if ways := keys_twice(content):  # the engine might read the other one
        return None, [key_twice(Where("/".join(["table", *map(str, way)])), way) for way in ways]
    found = [*_check_shape(table)]
    return (None, found) if found else (table, [])


def _check_nodes(nodes: Sequence[_Node]) -> Iterator[Finding]:
    for node in nodes:
        if node.type not in _NODES:
            where = Where(f"table/nodes/{node.name}")
            yield Finding("TABLE-NODE", Severity.ERROR, where, {"type": node.type})
    tables = sum(node.type == "decisionTableNode" for node in nodes)
    if tables != 1:
        yield Finding("TABLE-COUNT", Severity.ERROR, Where("table/nodes"), {"count": tables})


def _check_shape(table: _Table) -> Iterator[Finding]:
    where = Where("table")
    if table.hit_policy != "collect":
        policy = table.hit_policy
        yield Finding("TABLE-HIT-POLICY", Severity.ERROR, where, {"policy": policy})
    outputs = sorted(column.field or "" for column in table.outputs)
    if outputs not in (sorted(_OUTPUTS), sorted([*_OUTPUTS, _WEIGHT])):
        yield Finding("TABLE-OUTPUTS", Severity.ERROR, where, {"outputs": ", ".join(outputs)})
    if not 1 <= len(table.rules) <= ROWS_MAX:
        rows = len(table.rules)
        yield Finding("TABLE-ROWS", Severity.ERROR, where, {"rows": rows, "max": ROWS_MAX})
    columns = [*table.inputs, *table.outputs]
    if len(columns) > COLUMNS_MAX or len({column.id for column in columns}) < len(columns):
        count, most = len(columns), COLUMNS_MAX
        yield Finding("TABLE-COLUMNS", Severity.ERROR, where, {"columns": count, "max": most})
    for column in table.inputs:
        if column.field and column.field not in FACTS:
            yield Finding("TABLE-FACT", Severity.ERROR, where, {"fact": column.field})


def _check_cells(table: _Table, engine: Engine) -> Iterator[Finding]:
    tried = _tried(table, engine)
    seen = set[str]()
    for number, row in enumerate(table.rules, 1):
        where = Where(f"table/rows/{number}", line=number)
        yield from _check_row(table, row, where)
        for column, cell in _cells(table, row):
            place = Place(where, number, column.field or column.name or column.id)
            yield from unlawful(cell, place, column.field) or not_good(
                cell, where, tried[column.field or "", cell]
            )
        rule = _output(table, row, "rule")
        if rule in seen:
            where = Where(f"table/rows/{number}/rule", line=number)
            yield Finding("TABLE-RULE-TWICE", Severity.ERROR, where, {"rule": rule})
        seen.add(rule)


def _tried(table: _Table, engine: Engine) -> Mapping[Cell, str]:
    """Return what the engine says of each cell that it may see, asked once for all."""
    lawful = {
        (column.field or "", cell): None
        for row in table.rules
        for column, cell in _cells(table, row)
        if not unlawful(cell, Place(Where("table")), column.field)
    }
    return dict(zip(lawful, engine.tried([*lawful]), strict=True))


def _cells(table: _Table, row: Mapping[str, str]) -> list[tuple[_Column, str]]:
    return [(column, cell) for column in table.inputs if (cell := row.get(column.id, "").strip())]


def _check_row(table: _Table, row: dict[str, str], where: Where) -> Iterator[Finding]:
    known = {column.id for column in (*table.inputs, *table.outputs)} | _ROW_EXTRAS
    for name in sorted(row.keys() - known):
        yield Finding("TABLE-ROW-EXTRA", Severity.ERROR, where, {"name": name})
    rule, note = _output(table, row, "rule"), _output(table, row, "note")
    status = _output(table, row, "status")
    if not _CODE.fullmatch(rule):
        yield Finding("TABLE-RULE-ID", Severity.ERROR, where, {"rule": rule})
    if note and not _CODE.fullmatch(note):
        yield Finding("TABLE-NOTE", Severity.ERROR, where, {"note": note})
    if status not in _WANTED:
        yield Finding("TABLE-STATUS", Severity.ERROR, where, {"status": status})
    weight = _weight(table, row)
    if weight and not (weight.isdecimal() and weight.isascii() and int(weight) <= WEIGHT_MAX):
        place = Where(f"{where.path}/weight", line=where.line)
        yield Finding("TABLE-WEIGHT", Severity.ERROR, place, {"weight": weight, "max": WEIGHT_MAX})
    if not _cells(table, row):
        yield Finding("TABLE-ROW-OPEN", Severity.ERROR, where, {"rule": rule})


def _output(table: _Table, row: dict[str, str], name: str) -> str:
    [column] = [column.id for column in table.outputs if column.field == name]
    return row.get(column, "").strip()


def _weight(table: _Table, row: dict[str, str]) -> str:
    column = next((column.id for column in table.outputs if column.field == _WEIGHT), None)
    return row.get(column, "").strip() if column else ""


def _grid(table: _Table) -> Grid:
    # The weight is the desk's business: the engine is not asked for it.
    outputs = [column for column in table.outputs if column.field != _WEIGHT]
    names = {column.id: f"c{n}" for n, column in enumerate((*table.inputs, *outputs))}
    cells = [row.get(c.id, "") for c in table.inputs for row in table.rules]
    rules = [_output(table, row, "rule").strip('"') for row in table.rules]
    return Grid(
        inputs=[_column(column, names) for column in table.inputs],
        outputs=[_column(column, names) for column in outputs],
        rows=[_row(table, row, names) for row in table.rules],
        rules=tuple(rules),
        needs=frozenset(c.field for c in table.inputs if c.field)
        | frozenset().union(*map(facts_named, cells)),
        weights=tuple(int(w) if (w := _weight(table, row)) else None for row in table.rules),
    )


def _column(column: _Column, names: dict[str, str]) -> dict[str, str]:
    id_ = names[column.id]
    return (
        {"id": id_, "name": id_, "field": column.field}
        if column.field
        else {"id": id_, "name": id_}
    )


def _row(table: _Table, row: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    note = [column.id for column in table.outputs if column.field == "note"]
    blank = {names[id_]: '""' for id_ in note}  # so that every hit has a note, if an empty one
    told = {names[id_]: cell for id_, cell in row.items() if id_ in names and cell.strip()}
    return {"_id": row.get("_id", ""), **blank, **told}
