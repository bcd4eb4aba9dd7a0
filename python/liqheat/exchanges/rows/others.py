"""Venues whose rows are described in part; what is missing is stated."""

from __future__ import annotations

from liqheat.exchanges.rows._common import READ
from liqheat.exchanges.spec import CAPABILITIES, VenueSpec
from liqheat.records import ContractKind


def _unread(venue: str, doc_url: str, kind: ContractKind = "linear") -> VenueSpec:
    return VenueSpec(
        venue=venue,
        contract_kind=kind,
        ccxt_id=venue,
        missing=dict.fromkeys(CAPABILITIES, "it is not read yet"),
        rate_limit="",
        liquidation_side="none",
        liquidation_price="none",
        capture="none",
        margin_formula=f"unified_{kind}",
        tier_source="",
        maximum_leverage=None,
        doc_url=doc_url,
        date_read=READ,
    )


ROWS = (
    _unread("bitget", "https://www.bitget.com/api-doc/contract/market/Get-Open-Interest"),
    _unread("hyperliquid", "https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint"),
    _unread("gate", "https://www.gate.io/docs/developers/apiv4"),
    _unread("mexc", "https://mexcdevelop.github.io/apidocs/contract_v1_en"),
    _unread("deribit", "https://docs.deribit.com", "inverse"),
    _unread("krakenfutures", "https://docs.kraken.com/api"),
    _unread("kucoinfutures", "https://www.kucoin.com/docs-new"),
    _unread("htx", "https://www.htx.com/en-us/opend/newApiPages"),
    _unread("dydx", "https://docs.dydx.exchange/api_integration-indexer/indexer_api"),
)
