"""Releases: made, kept, rolled back, copied to Postgres and to files."""
