"""Exact nearest neighbors and ranks. `search` is the door; the kernels behind it are its own."""
