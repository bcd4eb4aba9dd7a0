"""The house: rooms in one order, entered through their front doors; the laboratory beside it."""

from __future__ import annotations

import ast
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
                    yield node.lineno, alias.name, None


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


def test_rooms_are_entered_through_their_front_doors():
    """A name of another room comes from the room itself, and is one that it offers."""
    doors = {path.parent.name: front_door(path.parent.name) for path in PRODUCT.glob("*/__init__.py") if
             path.parent.name not in ("records", "cli", "bench")}  # fmt: skip
    wrong = []
    for path in sources(PRODUCT, LABORATORY):
        own = room_of(path) if PRODUCT in path.parents else None
        whole = {}
        for line, module, name in imports_of(path):
            parts = module.split(".")
            if parts[0] == "liqheat_lab":
                continue
            if len(parts) == 1 and name in doors and name != own:
                whole[name] = line
            is_other = len(parts) > 1 and parts[1] in doors and parts[1] != own
            if is_other and (len(parts) > 2 or name not in doors[parts[1]]):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {module} {name}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_room = isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in whole
            if is_room and node.attr not in doors[node.value.id] and not _is_local(path, node.value.id):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.{node.attr}")
    assert not wrong


def _is_local(path, name):
    """Whether a file also has a variable of a room's name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return name in names


def test_front_doors_offer_what_somebody_outside_takes():
    """Somebody: another room, the laboratory, or the public names. Tests reach inside where they must."""
    taken = {}
    for path in sources(PRODUCT, LABORATORY):
        own = room_of(path) if PRODUCT in path.parents else None
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for _, module, name in imports_of(path):
            room = room_of_import(module, name)
            if room != own:
                taken.setdefault(room, set()).add(name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                taken.setdefault(node.value.id, set()).add(node.attr)
    documented = " ".join(path.read_text(encoding="utf-8") for path in PRODUCT.glob("*/README.md"))
    documented += (ROOT / "README.md").read_text(encoding="utf-8")
    for room in ("venues", "margin", "history", "exchanges", "store", "book", "heatmap", "flow", "setups", "collect"):
        idle = {name for name in front_door(room) - taken.get(room, set()) if name not in documented}
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


@pytest.mark.parametrize("fact", ["taker_buy_quote_volume", '"unified_inverse", ', "at most one order per contract"])
def test_a_fact_stands_once(fact):
    """Columns of klines, a venue's formula, its capture rule: in one file of the room that owns it."""
    rooms = {path.parent.name for path in sources(PRODUCT) if fact in path.read_text(encoding="utf-8")}
    assert rooms == {"venues"}


def test_no_test_module_imports_another():
    """What tests share lives in `tests/support`."""
    for path in sources(ROOT / "tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests":
                inside = ".".join(path.relative_to(ROOT).parts[:2])
                assert node.module.startswith(("tests.support", "tests.bench")), f"{path}: {node.module}"
                assert inside == "tests.bench" or not node.module.startswith("tests.bench"), path


def test_files_named_in_readmes_are_there():
    for readme in (*PRODUCT.glob("*/README.md"), LABORATORY / "README.md"):
        for name in {word for word in readme.read_text(encoding="utf-8").split("`") if word.endswith((".py", ".json"))}:
            if "/" not in name and "*" not in name and "{" not in name:
                assert list(readme.parent.rglob(name)) or list(Path(PYTHON).rglob(name)), (readme, name)
