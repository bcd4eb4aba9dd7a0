"""The house: rooms in one order, entered through their front doors; the laboratory beside it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PYTHON = ROOT / "python"
PRODUCT, LABORATORY = PYTHON / "liqheat", PYTHON / "liqheat_lab"
ROOMS = (
    *("errors", "units", "records", "_core", "venues", "margin", "history", "exchanges", "store", "simulator", "book"),
    *("heatmap", "flow", "setups", "collect", "pipeline", "act", "api", "bench", "cli"),
)
"""Data flows one way: a room imports only rooms to its left."""
LOOSE = {"__init__.py", "pipeline.py", "errors.py", "units.py"}
"""Modules that may stand at the root of the package."""


def sources(*folders):
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def module_of(path):
    return ".".join(path.relative_to(PYTHON).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path): path for path in sources(PRODUCT, LABORATORY)}


def imports_of(path):
    """(line, module, name) of everything that a file imports from the project, wherever it stands in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} is a relative import"
            for alias in node.names:
                if (node.module or "").split(".")[0] in ("liqheat", "liqheat_lab"):
                    yield node.lineno, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in ("liqheat", "liqheat_lab"):
                    # The compiled module alone is imported whole: it has no names of ours to hide behind.
                    assert alias.name == "liqheat._core", f"{path}:{node.lineno} imports {alias.name} whole"
                    yield node.lineno, "liqheat", "_core"


def aliases_of(path):
    """Room by the name that a file calls it."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "liqheat"
        for alias in node.names
    }


def room_of(path):
    return path.relative_to(PRODUCT).parts[0].removesuffix(".py")


def room_of_import(module, name):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else name


def front_door(room):
    tree = ast.parse((PRODUCT / room / "__init__.py").read_text(encoding="utf-8"))
    return next(
        set(ast.literal_eval(node.value))
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__"
    )


def test_every_room_is_in_the_list_and_nothing_stands_loose():
    rooms = {path.parent.name for path in PRODUCT.glob("*/__init__.py")}
    assert rooms <= set(ROOMS)
    assert {path.name for path in PRODUCT.glob("*.py")} == LOOSE


def test_rooms_import_only_rooms_to_their_left():
    wrong = []
    for path in sources(PRODUCT):
        own = room_of(path)
        for line, module, name in imports_of(path):
            other = room_of_import(module, name)
            is_left = own == "__init__" or (other in ROOMS and ROOMS.index(other) <= ROOMS.index(own))
            if not is_left and (other, own) != ("__version__", "cli"):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {own} imports {other}")
    assert not wrong


def test_nothing_is_imported_behind_the_back_of_the_order():
    for path in sources(PRODUCT, LABORATORY):
        text = path.read_text(encoding="utf-8")
        assert "importlib.import_module" not in text and "__import__" not in text, path.relative_to(ROOT)


def test_rooms_are_entered_through_their_front_doors():
    """A name of another room comes from the room itself, and is one that it offers. Records have one file a topic."""
    doors = {path.parent.name: front_door(path.parent.name) for path in PRODUCT.glob("*/__init__.py")
             if path.parent.name not in ("cli", "bench")}  # fmt: skip
    wrong = []
    for path in sources(PRODUCT, LABORATORY):
        own = room_of(path) if PRODUCT in path.parents else None
        where = path.relative_to(ROOT)
        for line, module, name in imports_of(path):
            parts = module.split(".")
            if parts[0] == "liqheat_lab" or module in ("liqheat._core", "liqheat.records.arrays"):
                continue
            if len(parts) == 2 and f"{parts[1]}.py" in LOOSE and (name.startswith("_") and not name.startswith("__")):
                wrong.append(f"{where}:{line} {module} {name}")
            is_other = len(parts) > 1 and parts[1] in doors and parts[1] != own
            if is_other and (len(parts) > 2 or name not in doors[parts[1]]):
                wrong.append(f"{where}:{line} {module} {name}")
        rooms = {called: room for called, room in aliases_of(path).items() if room in doors and room != own}
        for scope, node in _attributes(ast.parse(path.read_text(encoding="utf-8"))):
            room = rooms.get(node.value.id)
            if room is not None and node.value.id not in scope and node.attr not in doors[room]:
                wrong.append(f"{where}:{node.lineno} {room}.{node.attr}")
    assert not wrong


def _attributes(tree):
    """Attributes of plain names, with the names that are local where they stand."""

    def visit(node, scope):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = node.args
            own = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
            own |= {
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
            scope = scope | own
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            scope = scope | {part.id for part in ast.walk(node) if isinstance(part, ast.Name)
                             and isinstance(part.ctx, ast.Store)}  # fmt: skip
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield scope, node
        for child in ast.iter_child_nodes(node):
            yield from visit(child, scope)

    yield from visit(tree, frozenset())


def test_front_doors_offer_what_somebody_outside_takes():
    """Somebody: another room, the laboratory, the public names, or a reader of a README. Tests reach inside."""
    taken = {}
    for path in sources(PRODUCT, LABORATORY):
        own = room_of(path) if PRODUCT in path.parents else None
        for _, module, name in imports_of(path):
            room = room_of_import(module, name)
            if room != own:
                taken.setdefault(room, set()).add(name)
        rooms = aliases_of(path)
        for scope, node in _attributes(ast.parse(path.read_text(encoding="utf-8"))):
            if node.value.id in rooms and node.value.id not in scope:
                taken.setdefault(rooms[node.value.id], set()).add(node.attr)
    readmes = (ROOT / "README.md", PYTHON / "README.md", *PRODUCT.glob("*/README.md"))
    documented = {word for path in readmes for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    for path in PRODUCT.glob("*/__init__.py"):
        room = path.parent.name
        if room not in ("cli", "bench", "records"):
            idle = front_door(room) - taken.get(room, set()) - documented
            assert not idle, (room, sorted(idle))


def test_the_product_never_imports_the_laboratory():
    for path in sources(PRODUCT):
        assert "liqheat_lab" not in path.read_text(encoding="utf-8"), path.relative_to(ROOT)


def test_only_the_client_of_rest_and_the_streams_know_ccxt():
    for path in sources(PRODUCT, LABORATORY):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "ccxt" for name in names):
                assert path == PRODUCT / "exchanges" / "rest" / "client.py", path


def _files_imported(path):
    for _, module, name in imports_of(path):
        inner = f"{module}.{name}"
        yield inner if inner in MODULES else module


def test_no_circle_of_files():
    graph = {module: set(_files_imported(path)) & set(MODULES) - {module} for module, path in MODULES.items()}
    done, path = set(), []

    def visit(module):
        if module in done:
            return
        assert module not in path, " → ".join([*path[path.index(module) :], module])
        path.append(module)
        for other in sorted(graph[module]):
            # `liqheat` itself is asked for its version and for rooms, never for a name that is made of them.
            if other != "liqheat":
                visit(other)
        path.pop()
        done.add(module)

    for module in sorted(graph):
        visit(module)


@pytest.mark.parametrize(
    ("fact", "home"),
    [
        ("taker_buy_quote_volume", "liqheat/venues/binance.py"),
        ("at most one order per contract", "liqheat/venues/capture.py"),
        ('"largest per second"', "liqheat/venues/capture.py"),
        ("(?P<settle>", "liqheat/records/symbols.py"),
        ('"Binance COIN-M"', "liqheat/venues/binance.py"),
        ("kucoin_cross_amr", "liqheat/venues/kucoin.py"),
    ],
)
def test_a_fact_stands_in_one_file(fact, home):
    """Columns of klines, capture rules, the pattern of symbols, names of venues."""
    found = {path.relative_to(PYTHON).as_posix() for path in sources(PRODUCT, LABORATORY)
             if fact in path.read_text(encoding="utf-8")} - {"liqheat/margin/formulas.py"}  # fmt: skip
    assert found == ({home} if home else set())


def test_leverage_caps_and_formulas_stand_with_the_tiers_and_the_rules():
    rows = [path.read_text(encoding="utf-8") for path in (PRODUCT / "venues").glob("*.py")]
    assert not [text for text in rows if "maximum_leverage" in text]
    assert not [text for text in rows if "margin_formula" in text]


def test_no_test_module_imports_another():
    """What tests share lives in `tests/support`."""
    for path in sources(ROOT / "tests"):
        allowed = ("tests.support", "tests.bench") if path.parent.name == "bench" else ("tests.support",)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno} is a relative import"
                names = [node.module or ""]
            for name in names:
                assert name.split(".")[0] != "tests" or name.startswith(allowed), f"{path}:{node.lineno} {name}"


def test_files_named_in_readmes_are_there():
    for readme in (*PRODUCT.glob("*/README.md"), LABORATORY / "README.md"):
        for name in {word for word in readme.read_text(encoding="utf-8").split("`") if word.endswith((".py", ".json"))}:
            if "/" not in name and "*" not in name and "{" not in name:
                assert list(readme.parent.rglob(name)) or list(Path(PYTHON).rglob(name)), (readme, name)


def test_the_package_loads_nothing_heavy():
    heavy = {"ccxt", "flask", "matplotlib", "pandas", "sqlalchemy", "jinja2", "typer", "pyarrow", "liqheat.store"}
    code = f"import sys, liqheat; print(sorted({heavy!r} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_doors_that_are_loaded_late_are_there():
    import liqheat
    from liqheat import pipeline

    assert liqheat.open_market is pipeline.open_market
    assert set(liqheat.__all__) <= set(dir(liqheat))
    assert all(hasattr(liqheat, name) for name in liqheat.__all__)
    assert not hasattr(liqheat, "open_markets")
