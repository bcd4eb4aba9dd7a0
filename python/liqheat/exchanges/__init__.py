"""Venues, through ccxt."""
