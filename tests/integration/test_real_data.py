"""Real markets: the shared set becomes heatmaps, conserves, and says something about realised liquidations.

These tests run wherever the real data lies beside the checkout.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import liqheat
from liqheat.api import create_app
from liqheat.book import venue_distance_tiers
from liqheat.cli import app as command_line
from tests.support.books import bars_of, new_book, side_totals
from tests.support.paths import SET_A

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def markets(shared):
    return liqheat.load_markets(shared / SET_A)


@pytest.fixture(scope="module")
def bitcoin(markets):
    return liqheat.estimate_book(markets[0])


def ranks(values):
    return pd.Series(values).rank().to_numpy()


def spearman(first, second):
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def test_the_folder_says_which_sources_it_took(markets):
    assert [market.symbol for market in markets] == ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]
    for market in markets:
        assert market.venue == "binanceusdm"
        assert market.n_bars > 34_000
        notes = " | ".join(market.notes)
        assert "candles: candles_bybit_linear_5m" in notes
        assert "stand in, volume x" in notes
        assert "(coarser than the candles)" in notes
        assert "mark price unknown" in notes


@pytest.mark.parametrize("index", range(3))
def test_every_real_market_renders(markets, index, tmp_path):
    market = markets[index]
    heatmap = liqheat.draw_heatmap(liqheat.estimate_book(market), start_ms=market.end_ms - 30 * DAY_MS)
    assert heatmap.view.n_columns == 30 * 288
    values = heatmap.values_usd
    assert 0.3 < (values > 0).mean() < 1.0
    candles = heatmap.candles()
    middle = (heatmap.price_edges[:-1] + heatmap.price_edges[1:]) / 2
    for column in range(0, heatmap.view.n_columns, 997):
        # What a candle's own path crossed is gone from its column, but for what opened in that candle.
        crossed = (middle > candles["low"][column]) & (middle < candles["high"][column])
        assert values[crossed, column].sum() < 0.02 * values[:, column].sum()
    assert heatmap.save(tmp_path / "map.png").stat().st_size > 100_000


def test_real_bitcoin_conserves_bar_by_bar(markets):
    market = liqheat.records.MarketHistory(
        **{
            name: getattr(markets[0], name)[:3000] if name.endswith(("_ms", "_low", "_high", "_interest"))
            or name in ("open", "high", "low", "close", "volume") else getattr(markets[0], name)
            for name in markets[0].__dataclass_fields__ if name != "interval_ms"
        },
        interval_ms=markets[0].interval_ms,
    )  # fmt: skip
    book = new_book(market, venue_distance_tiers("binanceusdm", "BTC/USDT:USDT"))
    for at, bar in enumerate(bars_of(market)):
        book.append(**bar)
        if at % 50 == 0 or at > 2900:
            np.testing.assert_allclose(side_totals(book), bar["open_interest"], rtol=1e-9)


def test_sweeps_rank_hours_like_realised_liquidations_and_better_than_drawdown(bitcoin, shared):
    """Nothing was fitted. Negative control: the other side's sweeps. Baseline: the move alone."""
    market = bitcoin.market
    realised = pd.read_parquet(shared / SET_A / "liq_coinglass_BTC_1h_binance+bybit+okx.parquet")
    realised = realised[~realised["zero_suspect"]].set_index("ts")
    bars = pd.DataFrame(
        {
            "long": bitcoin.swept_usd[:, 0].sum(axis=1), "short": bitcoin.swept_usd[:, 1].sum(axis=1),
            "open": market.open, "high": market.high, "low": market.low,
        },
        index=pd.to_datetime(market.open_time_ms, unit="ms", utc=True),
    )  # fmt: skip
    hours = bars.resample("1h").agg({"long": "sum", "short": "sum", "open": "first", "high": "max", "low": "min"})
    hours = hours[hours.index >= hours.index[0] + pd.Timedelta(days=4)].join(
        realised[["long_usd", "short_usd"]], how="inner"
    )
    assert len(hours) > 2_500
    moves = {
        "long": (hours["open"] - hours["low"]) / hours["open"],
        "short": (hours["high"] - hours["open"]) / hours["open"],
    }
    for side, other in (("long", "short"), ("short", "long")):
        target = hours[f"{side}_usd"]
        score = spearman(hours[side], target)
        assert score > 0.8
        assert score > spearman(moves[side], target) + 0.05
        assert spearman(hours[other], target) < 0.3


def test_real_bitcoin_is_served(markets):
    client = create_app(markets).test_client()
    assert client.get("/api/v1/symbols").get_json()["default"]["symbol"] == "BTC/USDT:USDT"
    for market in markets:
        answer = client.get("/api/v1/heatmap.bin", query_string={"symbol": market.symbol, "venue": "binance"})
        header, planes = liqheat.decode_heatmap(answer.data)
        assert header["origin"] == "files"
        assert header["T"] == 7 * 288
        assert planes.max() == 255


def test_the_command_line_reads_the_real_files(shared, tmp_path):
    folder = shared / SET_A
    arguments = [
        "heatmap", "--candles", folder / "candles_binance_um_5m_ETHUSDT.parquet",
        "--open-interest", folder / "oi_binance_um_5m_ETHUSDT.parquet", "--symbol", "ETH/USDT:USDT",
        "--venue", "binance", "--output", tmp_path / "eth.npz", "--interval", "1h", "--price-axis", "linear",
        "--bucket-width", "10AED",
    ]  # fmt: skip
    result = CliRunner().invoke(command_line, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    arrays = np.load(tmp_path / "eth.npz")
    assert np.diff(arrays["price_edges"]) == pytest.approx(10 / 3.6725)
    # Hourly mark candles cannot trigger within five-minute bars.
    result = CliRunner().invoke(
        command_line, [*map(str, arguments), "--mark", str(folder / "mark_bybit_linear_1h_ETHUSDT.parquet")]
    )
    assert isinstance(result.exception, liqheat.InputError)
    assert result.exception.argument == "mark"
