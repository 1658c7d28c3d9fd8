"""Every row of the widget's criteria is held, each in the engines that it names."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from tests.criteria import Row, rows
from tests.engines.start import ENGINES, UNABLE

ROOT = Path(__file__).resolve().parents[1]
OF_EVERY_ENGINE = {number for number, row in rows().items() if row.engines == "A"}


def named_rows(path: Path) -> dict[str, set[int]]:
    """The rows that the tests of a file name, by test."""
    found: dict[str, set[int]] = {}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
            marks = [mark for mark in marks if ast.unparse(mark.func) == "pytest.mark.criterion"]
            found[node.name] = {ast.literal_eval(number) for mark in marks for number in mark.args}
    return found


TESTS = {path: named_rows(path) for path in sorted((ROOT / "tests").rglob("test_*.py"))}


@pytest.mark.parametrize("row", rows().values(), ids=lambda row: f"{row.number} {row.criterion[:40]}")
def test_each_row_has_its_test(row: Row) -> None:
    if row.holder:
        assert (ROOT / row.holder).exists()
    else:
        assert any(row.number in numbers for tests in TESTS.values() for numbers in tests.values())


def test_the_table_is_whole() -> None:
    assert list(rows()) == list(range(1, len(rows()) + 1))
    assert len(rows()) >= 100
    assert {row.engines for row in rows().values()} == {"C", "A", "–"}
    named = {number for tests in TESTS.values() for numbers in tests.values() for number in numbers}
    assert named <= set(rows()), "a test names a row that is not there"


def test_rows_of_every_engine_run_in_every_engine() -> None:
    """As pytest itself collects them. What a driver cannot do within a test stands in one place, with its reason."""
    command = [sys.executable, "-m", "pytest", "tests/browser", "--collect-only", "-q", "--engines=all"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert listed.returncode == 0, listed.stdout[-2000:]
    run: dict[str, set[int]] = {engine: set() for engine in ENGINES}
    for line in listed.stdout.splitlines():
        path, _, test = line.partition("::")
        name, _, parameters = test.partition("[")
        engine = next((engine for engine in ENGINES if parameters.startswith(engine)), "")
        if engine:
            run[engine] |= TESTS[ROOT / path].get(name, set())
    for engine in ENGINES:
        assert run[engine] >= OF_EVERY_ENGINE, engine
    assert all(len(reason) > 20 for reason in UNABLE.values())
