"""Trained models on disk, and the checks before one is believed."""
