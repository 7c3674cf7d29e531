"""A decision model as an officer uploads it, for tests to change."""

from collections.abc import Iterable, Sequence
from typing import Any

from waglan.customs.facts import Facts


def model(*rows: dict[str, str], fields: Sequence[str | None] = ("gross_kg", None)) -> Any:
    inputs = [{"id": f"i{n}", "name": "", "field": field} for n, field in enumerate(fields)]
    outputs = [{"id": name, "name": name, "field": name} for name in ("rule", "status", "note")]
    content = {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": list(rows)}
    return {
        "nodes": [
            {"id": "a", "type": "inputNode", "name": "in", "content": {}},
            {"id": "b", "type": "decisionTableNode", "name": "risk", "content": content},
        ],
        "edges": [],
    }


def row(rule: str = "R1", status: str = "inspect", **cells: str) -> dict[str, str]:
    return {"rule": f'"{rule}"', "status": f'"{status}"', "note": '"LOOK"', **cells}


class Plain:
    """Facts that are all there already, and that remember what was asked."""

    def __init__(self, bills: Sequence[Facts]) -> None:
        self.bills = bills
        self.asked = set[str]()

    def __len__(self) -> int:
        return len(self.bills)

    def told(self, fact: str, places: Iterable[int]) -> list[object]:
        self.asked.add(fact)
        return [self.bills[place].get(fact) for place in places]
