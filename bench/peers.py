"""What others have, fetched into bench/.peers when first asked for; no part of Waglan."""

import json
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).parent / ".peers"
PYDIFACT, EDIFACT = "pydifact==0.2.3", "edifact@1.2.12"
SQLALCHEMY = "sqlalchemy==2.0.44"
SHAPELY = "shapely==2.2.0"

_PYDIFACT = """
import sys, time, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
from pydifact.parser import Parser
text = open(sys.argv[2], encoding="latin-1").read()
began = time.process_time()
count = sum(1 for _ in Parser().parse(text))
print(count, time.process_time() - began)
"""

_EDIFACT = """
const Parser = require(process.argv[1] + "/node_modules/edifact/parser.js");
const text = require("fs").readFileSync(process.argv[2], "latin1");
const began = process.cpuUsage();
const result = [];
let elements, components;
const parser = new Parser();
parser.on("opensegment", (name) => { elements = []; result.push({ name, elements }); });
parser.on("element", () => { components = []; elements.push(components); });
parser.on("component", (value) => { components.push(value); });
parser.write(text);
parser.end();
const spent = process.cpuUsage(began);
console.log(result.length, (spent.user + spent.system) / 1e6);
"""


def pydifact_s(file: Path) -> tuple[int, float]:
    """Return how many segments pydifact finds in a file, and its CPU seconds."""
    home = _installed("python", PYDIFACT)
    return _measured(sys.executable, "-c", _PYDIFACT, str(home), str(file))


def sqlalchemy() -> Path:
    """Return where SQLAlchemy lies."""
    return _installed("orm", SQLALCHEMY, "greenlet")


def shapely() -> Path:
    """Return where Shapely lies."""
    return _installed("shapely", SHAPELY)


def _installed(folder: str, *packages: str) -> Path:
    home = HOME / folder
    if not home.exists():
        _run(sys.executable, "-m", "venv", str(HOME / "pip"))
        pip = str(HOME / "pip/bin/pip")
        _run(pip, "install", "--quiet", "--no-deps", "--target", str(home), *packages)
    return home


def edifact_s(file: Path) -> tuple[int, float]:
    """Return how many segments npm's edifact finds in a file, and its CPU seconds."""
    home = HOME / "node"
    if not home.exists():
        home.mkdir(parents=True)
        (home / "package.json").write_text(json.dumps({"private": True}))
        _run("npm", "--prefix", str(home), "install", "--silent", "--ignore-scripts", EDIFACT)
    return _measured("node", "-e", _EDIFACT, str(home), str(file))


def _measured(*command: str) -> tuple[int, float]:
    segments, seconds = _run(*command).split()
    return int(segments), float(seconds)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
