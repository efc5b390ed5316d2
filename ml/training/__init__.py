"""Training rows, backtests, measures, and the gate before a promotion."""
