"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess

import liqheat
from liqheat import _core
from tests.support.paths import ROOT

PACKAGE = ROOT / "python" / "liqheat"
MOST_LINES = 400


def tracked(*patterns):
    output = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in output.splitlines() if (ROOT / path).is_file()]


GENERATED = {"web/src/api/schema.ts"}
FILES_OF_A_CHANGE = {
    r"\bR7\b": 1,
    r"\bR14\b": 1,
    r"\bprice_range\b": 2,
    r"\bkrakenfutures\b": 1,
    r"\bkucoinfutures\b": 2,
    r"['\"]delta['\"]": 2,
    r"['\"]cumulative['\"]": 1,
}
"""Two rules, a query parameter, two venues, two types of heatmaps: files of the product that name one, documents and
generated ones aside."""


def test_files_are_short():
    sources = tracked("python/**/*.py", "python/**/*.pyi", "tests/**/*.py", "rust/**/*.rs", "web/src/**", "web/test/**")
    assert len(sources) > 50
    long = {path: count for path in sources if (count := len((ROOT / path).read_text().splitlines())) > MOST_LINES}
    assert set(long) <= GENERATED


def test_what_changes_often_is_a_row():
    """Adding one more takes as many files, and no control flow."""
    products = [path for path in tracked("python/**", "rust/**", "web/src/**") if path not in GENERATED]
    texts = {path: (ROOT / path).read_bytes() for path in products if not path.endswith(".md")}
    for name, most in FILES_OF_A_CHANGE.items():
        word = re.compile(name.encode())
        found = [path for path, data in texts.items() if word.search(data)]
        assert 1 <= len(found) <= most, (name, found)


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


MOST_PARAMETERS = 8
TWINS = ("_numpy.py", "numba_books.py", "numba_maps.py")
"""Functions that mirror compiled ones: their arguments are arrays, in the compiled one's order."""
LONG_LISTS = {"liquidation_price", "liquidation_status"}
"""The public formula: a position is told whole, beside it the backend and what becomes of bad rows."""


def test_functions_take_few_parameters():
    """Commands aside: their options are for people. More belong into a record."""
    found = set()
    for path in tracked("python/**/*.py"):
        if "/cli/" in path or path.endswith(TWINS):
            continue
        tree = ast.parse((ROOT / path).read_text())
        owner = {id(item): node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for item in node.body}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
                names = [one.arg for one in every if one.arg not in ("self", "cls")]
                count = len(names) + (node.args.vararg is not None) + (node.args.kwarg is not None)
                if count > MOST_PARAMETERS:
                    found.add(owner[id(node)] if node.name == "__init__" else node.name)
    assert found == LONG_LISTS
