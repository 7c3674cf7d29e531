"""A test that no fault turns red proves nothing: each fault here must be noticed, by name.

A fault is put into a copy of the source; the working tree is never touched.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutant import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 600  # a hang is a failure, a machine that others use too is none


def copied(to: Path) -> Path:
    """A copy of the source in which a fault may be put."""
    shutil.copytree(ROOT / "src" / "waglan", to / "waglan", ignore=shutil.ignore_patterns("*.pyc"))
    return to


def put_in(mutant: Mutant, source: Path) -> None:
    file = source / "waglan" / mutant.file
    text = file.read_text("utf-8")
    if mutant.old:
        assert text.count(mutant.old) == 1, f"{mutant.file} has changed: look at this mutant again"
        text = text.replace(mutant.old, mutant.new)
    else:
        text += f"\n{mutant.new}\n"
    file.write_text(text, "utf-8")


def outcomes(tests: tuple[str, ...], source: Path, scratch: Path) -> dict[str, str]:
    """Run tests against a copy of the source; return what became of each."""
    words = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", *tests]
    words += ["--basetemp", str(scratch / "pytest")]
    path = {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    said = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **path}, capture_output=True, text=True,
        timeout=SECONDS_MAX, check=False,
    ).stdout  # fmt: skip
    found = re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED) (?:\[\d+\] )?(\S+)", said, re.MULTILINE)
    assert found, said
    return {test: became for became, test in found}


def test_the_copy_is_what_runs(tmp_path: Path) -> None:
    source = copied(tmp_path / "src")
    program = "import waglan.store.log as log; print(log.__file__)"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.startswith(str(source))


def test_every_fault_can_still_be_put_in(tmp_path: Path) -> None:
    source = copied(tmp_path / "src")
    for mutant in MUTANTS:
        put_in(mutant, source)


def test_without_a_fault_these_tests_are_green(tmp_path: Path) -> None:
    guards = tuple(dict.fromkeys(test for mutant in MUTANTS for test in mutant.noticed_by))
    became = outcomes(guards, copied(tmp_path / "src"), tmp_path)
    assert set(became.values()) <= {"PASSED", "SKIPPED"}, became


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_fault_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    source = copied(tmp_path / "src")
    put_in(mutant, source)
    became = outcomes(mutant.noticed_by, source, tmp_path)
    green = [test for test in mutant.noticed_by if became.get(test) == "PASSED"]
    assert green == [], f"not noticed by {green}"
    assert "FAILED" in became.values(), became
