"""Exact nearest neighbors, ranks and intrinsic dimension.

Other packages import `search`, `ranks`, `graph` and `intrinsic_dimension`; the kernels behind them are private.
"""
