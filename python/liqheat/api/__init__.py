"""The HTTP API and the page."""

from liqheat.api.app import create_app, is_loopback
from liqheat.api.openapi import build_openapi

__all__ = ["build_openapi", "create_app", "is_loopback"]
