"""The rules of other open systems, run on the same bars."""
