"""Removing customers on request, from everything, for good."""
