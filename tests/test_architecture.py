"""The rules of the house (CONTRIBUTING.md), held by reading the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "server" / "tidings"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
OWN_FILES = [
    *sorted(PACKAGE.rglob("*.py")),
    *sorted((ROOT / "tests").rglob("*.py")),
    *sorted(path for folder in ("src", "scripts", "test") for path in (ROOT / "widget" / folder).rglob("*.[tm][sj]*")),
]

# Imports run from a higher number to a lower one, or stay within a room; rooms of one number do not see each other.
RANK = {
    "records": 0,
    "errors": 0,
    "config": 0,
    "assets": 0,
    "threads": 0,
    "storage": 1,
    "render": 1,
    "outbound": 1,
    "domain": 2,
    "jobs": 3,
    "surfaces": 3,
    "app": 4,
    "serving": 4,
    "demo": 5,
    "command_line": 5,
    "worker": 5,
    "app_commands": 6,
    "export_command": 6,
    "import_command": 7,
    "theme_commands": 6,
    "token_commands": 6,
    "user_commands": 6,
    "cli": 8,
    "__main__": 9,
}
# Who may speak which language. `None`: any name of the library; else only these names.
LANGUAGES: dict[str, dict[str, set[str] | None]] = {
    "sqlalchemy": {
        "storage": None,
        "domain": {"Connection"},
        "jobs": {"Connection"},
        "surfaces": {"Connection"},
        "demo": {"Connection", "Engine"},
        "command_line": {"Connection", "Engine"},
        "import_command": {"Engine"},
        "app_commands": {"Connection"},
        "token_commands": {"Connection"},
        "user_commands": {"Connection"},
        "cli": {"DBAPIError"},
    },
    "sqlite3": {"storage": None},
    "alembic": {"storage": None},
    "starlette": {"surfaces": None, "app": None, "serving": None, "demo": None},
    "uvicorn": {"surfaces": None, "serving": None},
    "httptools": {"surfaces": None},
    "httpcore2": {"outbound": None},
    "httpx": {},
    "httpx2": {},
    # Addresses that are called, and addresses read as browsers write them.
    "idna": {"outbound": None, "render": None},
    "standardwebhooks": {"outbound": None},
    "lxml": {"domain": None},
    "webencodings": {"outbound": None},
    "maxminddb": {"domain": None},
    "tinycss2": {"render": None},
    "socket": {"serving": None, "outbound": None},
    "ssl": {"outbound": None},
    "requests": {},
    "http": {},
}
LONGEST = 300
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "service"}


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    """The room of a module of ours: `tidings.storage.writer` is in `storage`."""
    steps = module.split(".")
    return steps[1] if len(steps) > 1 else ""


def imports(path: Path) -> Iterator[tuple[str, str, ast.AST]]:
    """Every import of a file: the module, the name taken from it, the node."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, "", node
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import at line {node.lineno}"
            for alias in node.names:
                yield node.module or "", alias.name, node


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_run_one_way(path: Path) -> None:
    mine = room(module_name(path))
    for module, name, _node in imports(path):
        if not module.startswith("tidings"):
            continue
        theirs = room(f"tidings.{name}") if module == "tidings" and name != "__version__" else room(module)
        if mine in ("", theirs) or not theirs:
            continue
        assert RANK[mine] > RANK[theirs], f"{mine} may not import {theirs} ({module})"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_no_surface_imports_another(path: Path) -> None:
    steps = module_name(path).split(".")
    if steps[:2] != ["tidings", "surfaces"] or len(steps) < 4:
        return
    for module, _name, _node in imports(path):
        other = module.split(".")
        if other[:2] == ["tidings", "surfaces"] and len(other) > 3:
            assert other[2] == steps[2], f"{steps[2]} imports {other[2]}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_one_language_a_room(path: Path) -> None:
    mine = room(module_name(path))
    for module, name, _node in imports(path):
        rules = LANGUAGES.get(module.split(".")[0])
        if rules is None:
            continue
        assert mine in rules, f"{mine} may not import {module}"
        allowed = rules[mine]
        assert allowed is None or name in allowed, f"{mine} may not take {name} from {module}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not hidden, f"import inside {function.name}, line {function.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_config_reads_the_environment(path: Path) -> None:
    if path.name != "config.py":
        assert not re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))


def test_no_import_cycles() -> None:
    graph = {
        module_name(path): {
            f"{module}.{name}" if f"{module}.{name}" in KNOWN else module
            for module, name, _node in imports(path)
            if module.startswith("tidings")
        }
        for path in MODULES
    }
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for target in graph.get(module, ()):
                if target != "tidings":  # the package itself holds only the version
                    visit(target, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


KNOWN = {module_name(path) for path in MODULES}


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_is_for_and_stays_short(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    assert len(lines) <= LONGEST, f"{len(lines)} lines"
    assert path.stem not in BANNED_NAMES
    if path.suffix == ".py":
        docstring = ast.get_docstring(ast.parse(text)) or ""
        assert re.search(r"[.!?]$", docstring.split("\n\n")[0].strip()), "no opening sentence"
    else:
        assert re.match(r"\s*(#![^\n]*\n)?(//|/\*)", text), "no opening sentence"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_what_is_public_is_documented(path: Path) -> None:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            small_refusal = isinstance(node, ast.ClassDef) and path.name == "errors.py"
            assert small_refusal or ast.get_docstring(node), f"{node.name} has no docstring"
