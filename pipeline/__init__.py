"""Codescape: maps of high-dimensional data, and what they get wrong."""
