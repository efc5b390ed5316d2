"""Buy till you die: how often customers order, whether still, and how much."""
