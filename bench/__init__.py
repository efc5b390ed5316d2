"""Measurements: the build beside a bare script and beside the pandas way."""
