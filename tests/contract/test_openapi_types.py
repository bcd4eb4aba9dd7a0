"""The page's types of the answers are made of the API's document by a generator, and are what it makes of it now."""

from __future__ import annotations

import json
import subprocess

import pytest

from liqheat.api.openapi import PROBLEMS, build_openapi
from liqheat.api.routes import ROUTES
from tests.support.paths import ROOT

WEB = ROOT / "web"


def test_the_pages_types_are_those_of_the_document(tmp_path):
    if not (WEB / "node_modules" / ".bin" / "openapi-typescript").exists():
        pytest.fail("the page's packages are missing: run `make setup`")
    document, written = tmp_path / "openapi.json", tmp_path / "schema.ts"
    document.write_text(json.dumps(build_openapi()), encoding="utf-8")
    script = json.loads((WEB / "package.json").read_text())["scripts"]["api-types"].split()
    command = [str(document) if part.endswith(".json") else str(written) if part.endswith(".ts") else part
               for part in script]  # fmt: skip
    subprocess.run(["npx", *command], cwd=WEB, check=True, capture_output=True, timeout=120)
    assert written.read_text() == (WEB / "src" / "api" / "schema.ts").read_text(), "run `make api-types`"


def test_the_document_says_where_what_and_how_it_fails():
    document = build_openapi()
    assert document["servers"] and {tag["name"] for tag in document["tags"]} == {
        "map", "decisions", "live", "accuracy",
    }  # fmt: skip
    for route in ROUTES:
        operation = document["paths"][route.path]["get"]
        assert set(PROBLEMS) <= set(operation["responses"]) and len(operation["tags"]) == 1
        for parameter in operation["parameters"]:
            assert parameter["schema"].get("description") or parameter.get("description"), parameter["name"]
            assert "example" in parameter, parameter["name"]
    for problem in document["components"]["responses"].values():
        assert problem["content"]["application/problem+json"]["example"]["argument"]


def test_every_shape_of_an_answer_is_told_whole():
    """No answer of the map or of decisions is a dict of anything; scores are what the accuracy commands print."""
    schemas = build_openapi()["components"]["schemas"]
    loose = {
        (name, field)
        for name, schema in schemas.items()
        for field, shape in schema["properties"].items()
        if '"additionalProperties": true' in json.dumps(shape)
    }
    assert {name for name, _ in loose} <= {"Accuracy", "Article"}
