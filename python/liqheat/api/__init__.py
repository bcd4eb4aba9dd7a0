"""The HTTP API and the page."""

from liqheat.api.app import create_app, is_loopback
from liqheat.api.flows import FindLiquidations
from liqheat.api.live import describe_liquidations

__all__ = ["FindLiquidations", "create_app", "describe_liquidations", "is_loopback"]
