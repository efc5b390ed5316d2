"""The sample shop: made-up orders whose truth is known."""
