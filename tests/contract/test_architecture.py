"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest

import liqheat
from liqheat import _core
from tests.conftest import ROOT

PACKAGE = ROOT / "python" / "liqheat"
STAGES = ("exchanges", "store", "margin", "book", "heatmap", "setups", "simulator", "accuracy")
SHARED_ROOMS = {"records", "errors", "units", "_core"}
"""What any stage may import besides itself."""
MOST_LINES = 400


def tracked(*patterns):
    output = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in output.splitlines() if (ROOT / path).is_file()]


def imported_rooms(path: Path):
    """Rooms of the package that a file imports; `liqheat` itself stands for its public names."""
    inside = ("liqheat", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom):
            above = inside[: len(inside) - node.level + 1] if node.level else ()
            module = ".".join((*above, *([node.module] if node.module else [])))
            names = [f"{module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "liqheat":
                room = parts[1] if len(parts) > 1 else "liqheat"
                is_room = room == "_core" or (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").is_file()
                yield room if is_room else "liqheat"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_never_imports_another_stage(stage):
    for path in (PACKAGE / stage).rglob("*.py"):
        foreign = set(imported_rooms(path)) - SHARED_ROOMS - {stage}
        assert not foreign, f"{path.relative_to(ROOT)} reaches into {sorted(foreign)}"


CHAINS = {"pipeline", "histories", "combine", "flows", "looks", "decisions", "feeds", "evaluation"}
FRONT_ENDS = {"api", "cli", "bench", "__init__"}


def test_only_chains_and_front_ends_join_stages():
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if len(set(imported_rooms(path)) & set(STAGES)) > 1:
            assert room in CHAINS | FRONT_ENDS, path


def test_only_the_client_imports_ccxt():
    for path in PACKAGE.rglob("*.py"):
        imports_ccxt = re.search(r"^\s*(import|from) ccxt", path.read_text(), re.MULTILINE)
        assert not imports_ccxt or path == PACKAGE / "exchanges" / "client.py", path


def test_records_hold_no_stage():
    for path in (PACKAGE / "records").glob("*.py"):
        assert set(imported_rooms(path)) <= {"records", "errors", "units"}, path


def test_files_are_short():
    sources = tracked("python/**/*.py", "python/**/*.pyi", "tests/**/*.py", "rust/**/*.rs", "web/src/**", "web/test/**")
    assert len(sources) > 50
    long = {path: count for path in sources if (count := len((ROOT / path).read_text().splitlines())) > MOST_LINES}
    assert not long


def test_the_top_level_stays_as_designed():
    folders = {path.split("/")[0] for path in tracked() if "/" in path}
    assert folders == {"python", "rust", "tests", "web", ".ci"}


def test_no_machine_path_and_no_registry_address_is_tracked():
    hosts = re.compile(r"(https?://)(registry\.npmjs|pypi\.org/simple|files\.pythonhosted|static\.crates)")
    for path in tracked():
        data = (ROOT / path).read_bytes()
        if b"\0" in data[:8000] or path == "Cargo.lock":
            continue
        text = data.decode()
        assert str(ROOT) + "/" not in text, path
        assert not hosts.search(text), path


def test_the_stub_names_what_the_module_has():
    tree = ast.parse((PACKAGE / "_core.pyi").read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    values = {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign)}
    stubbed = set(functions) | set(classes) | values
    compiled = {name for name in dir(_core) if not name.startswith("__")} | {"__version__"}
    assert compiled == {name for name in stubbed if not name.startswith("_") or name == "__version__"}
    methods = {node.name for node in classes["PositionBook"].body if isinstance(node, ast.FunctionDef)} - {"__init__"}
    assert methods == {name for name in dir(_core.PositionBook) if not name.startswith("__")}
    for name, node in functions.items():
        arguments = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
        assert arguments == list(inspect.signature(getattr(_core, name)).parameters), name


def test_public_names_are_documented():
    for name in liqheat.__all__:
        if name != "__version__":
            assert inspect.getdoc(getattr(liqheat, name)), name


def test_the_build_is_a_release():
    assert _core.build_profile == "release"


def test_one_version_number():
    cargo = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert cargo is not None
    assert liqheat.__version__ == cargo[1]
    assert 'dynamic = ["version"]' in (ROOT / "pyproject.toml").read_text()


def test_the_product_never_looks_for_the_shared_folder():
    for path in PACKAGE.rglob("*.py"):
        assert "LIQHEAT_SHARED" not in path.read_text(), path
