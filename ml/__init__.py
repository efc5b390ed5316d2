"""Estimators, and all that trains, checks, explains and serves them; the commands."""
