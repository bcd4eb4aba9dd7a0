"""The article's checkable claims, measured."""
