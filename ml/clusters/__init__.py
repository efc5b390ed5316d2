"""Behaviour clusters: how many, who is in which, and under which name."""
