"""How fast a big cargo report is read, beside two readers that others use.

Run with `.venv/bin/python bench/edifact.py`. It installs pydifact (PyPI) and edifact (npm, where
Node is there) into `bench/.peers` by name. Every figure is the CPU time of processes of their own,
less what they take for a report of one bill (start-up); the least of five rounds, in which all take
turns, since what others do on the machine can only add. Ratios are what counts, they travel between
machines. The peers deliver untyped segments; ours is the whole typed, grouped and counted manifest.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cuscar_file

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
RUNS = 5
INTERCHANGES = 20  # of the long file, about 270 MB
MIB = 1024 * 1024
TERMINATOR = b"'"
FLOORS = {"pydifact": 20.0, "node edifact": 2.5}
VALIDATED_FLOOR = 10.0
WHOLE_MIB_MAX, STREAM_MIB_MAX = 200, 64

OURS = """
import sys
from waglan.messages.edifact import read, stream
from waglan.messages.edifact.collector import paused
from waglan.messages.envelope import Message
how, path = sys.argv[1:]
def blocks():
    with open(path, "rb") as file:
        while block := file.read(1024 * 1024):
            yield block
count = 0
if how == "stream":
    for item in stream(blocks()):
        count += 1
else:
    with paused():
        found = list(read(blocks(), validate=how == "validated"))
    assert all(not event.findings for event in found)
    count = sum(len(m.content.bills) for m in found if isinstance(m, Message))
print(count)
"""
PYDIFACT = """
import sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[2])
from pydifact.parser import Parser
with open(sys.argv[1], encoding="latin-1") as file:
    text = file.read()
print(sum(1 for _ in Parser().parse(text)))
"""
NODE = """
const fs = require("fs");
const { Parser } = require(process.argv[3]);
const result = []; let elements, components;
const parser = new Parser();
parser.on("opensegment", name => { elements = []; result.push({ name, elements }); });
parser.on("element", () => { components = []; elements.push(components); });
parser.on("component", data => { components.push(data); });
parser.write(fs.readFileSync(process.argv[2], "latin1"));
parser.end();
console.log(result.length);
"""


def main() -> None:
    """Print what each reader takes and how often the slower ones are slower."""
    with tempfile.TemporaryDirectory() as folder:
        path, one_bill = Path(folder, "cuscar.edi"), Path(folder, "one.edi")
        path.write_bytes(b"".join(cuscar_file.interchange()))
        one_bill.write_bytes(b"".join(cuscar_file.interchange(1, 1, 1)))
        data = path.read_bytes()
        segments = data.count(TERMINATOR)
        print(f"{len(data) / 1e6:.1f} MB, {segments:,} segments, {cuscar_file.BILLS:,} bills")
        took = times(readers(), path, one_bill)
        for name, seconds in took.items():
            print(f"{name:18} {seconds:6.2f} s")
        for peer, floor in FLOORS.items():
            if peer in took:
                report(f"waglan against {peer}", took[peer] / took["waglan"], floor)
        report(
            "waglan validating against pydifact",
            took["pydifact"] / took["waglan validating"],
            VALIDATED_FLOOR,
        )
        report(
            "waglan streaming against pydifact",
            took["pydifact"] / took["waglan streaming"],
            FLOORS["pydifact"],
        )
        memory(path, Path(folder, "long.edi"))


def report(name: str, ratio: float, floor: float) -> None:
    """Print a ratio beside its floor."""
    verdict = "ok" if ratio >= floor else "BELOW"
    print(f"{name:36} {ratio:5.1f} x  (floor {floor:g} x: {verdict})")


def readers() -> dict[str, Callable[[Path], list[str]]]:
    """Install the peers that can be had; return the command of each reader."""
    ours = [sys.executable, "-c", OURS]
    python, module, script = PEERS / "python", PEERS / "node_modules" / "edifact", PEERS / "read.js"
    if not (python / "pydifact").is_dir():
        pip = ["pip3"] if shutil.which("pip3") else [sys.executable, "-m", "pip"]
        subprocess.run([*pip, "install", "-q", "--target", python, "pydifact==0.2.3"], check=True)
    found: dict[str, Callable[[Path], list[str]]] = {
        "waglan": lambda path: [*ours, "whole", str(path)],
        "waglan validating": lambda path: [*ours, "validated", str(path)],
        "waglan streaming": lambda path: [*ours, "stream", str(path)],
        "pydifact": lambda path: [sys.executable, "-c", PYDIFACT, str(path), str(python)],
    }
    if shutil.which("npm") is None:
        print("npm is not here: edifact (npm) is not measured")
        return found
    if not module.is_dir():
        command = ["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "edifact@1.2.12"]
        subprocess.run(command, cwd=PEERS, check=True)
    script.write_text(NODE, encoding="utf-8")
    return found | {"node edifact": lambda path: ["node", str(script), str(path), str(module)]}


def times(
    commands: dict[str, Callable[[Path], list[str]]], path: Path, one_bill: Path
) -> dict[str, float]:
    """Return the CPU seconds of each reader, start-up taken off."""
    rounds = [
        {
            name: cpu_s(command(path)) - cpu_s(command(one_bill))
            for name, command in commands.items()
        }
        for _ in range(RUNS)
    ]
    return {name: min(found[name] for found in rounds) for name in commands}


def cpu_s(command: list[str]) -> float:
    """Run a command and return the CPU seconds it took, as the kernel counts its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory(path: Path, long: Path) -> None:
    """Print peak memory of reading whole and in slices, and how time grows with length."""
    with long.open("wb") as file:
        for number in range(INTERCHANGES):
            file.writelines(cuscar_file.interchange(reference=f"BENCH{number}"))
    for how, what, limit in (("whole", path, WHOLE_MIB_MAX), ("stream", long, STREAM_MIB_MAX)):
        peak = peak_mib(how, what)
        verdict = "ok" if peak <= limit else "ABOVE"
        size = what.stat().st_size / 1e6
        print(f"{how:10} {size:6.1f} MB: peak {peak:5.0f} MiB  (at most {limit}: {verdict})")
    short_s, long_s = (cpu_s([sys.executable, "-c", OURS, "stream", str(p)]) for p in (path, long))
    print(f"{INTERCHANGES} x the bytes take {long_s / short_s:.1f} x the time")


def peak_mib(how: str, path: Path) -> float:
    """Return the peak resident memory of one run."""
    child = (
        "import json, resource, subprocess, sys;"
        "subprocess.run(json.loads(sys.argv[1]), check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = json.dumps([sys.executable, "-c", OURS, how, str(path)])
    told = subprocess.run(
        [sys.executable, "-c", child, command], check=True, capture_output=True, text=True
    )
    return int(told.stdout) * 1024 / MIB


if __name__ == "__main__":
    main()
