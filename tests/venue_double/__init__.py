"""Venues on this machine: they speak the venues' REST protocols, and misbehave on order. Nothing leaves 127.0.0.1.

``with VenueDouble(SyntheticMarket(...)) as double:`` serves; ``double.exchange_factory`` makes ccxt exchanges that can
reach nothing else. Another venue is a module with ``routes(market)``, listed in `server.PROTOCOLS`.
"""

from .faults import Fault
from .market import SyntheticMarket
from .server import VenueDouble, point_at

__all__ = ["Fault", "SyntheticMarket", "VenueDouble", "point_at"]
