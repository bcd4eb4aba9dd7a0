"""The room that keeps the store filled: files, archives, venues and streams in; rows on disk out.

With `pipeline` and `histories` the only modules that chain stages.
"""
