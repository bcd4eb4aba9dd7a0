"""The API's document as JSON, for the generator of the page's types."""

from __future__ import annotations

import json

from liqheat.api.openapi import build_openapi

if __name__ == "__main__":
    print(json.dumps(build_openapi()))
