"""Why a customer's predicted value is what it is."""
