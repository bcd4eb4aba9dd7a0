"""Simulated markets whose true map is known: tests of the code, never accuracy."""
