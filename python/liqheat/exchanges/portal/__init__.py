"""Binance's archive of past days."""
