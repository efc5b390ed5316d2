"""Reading orders before anything is set up: what they are, how far to trust them."""
