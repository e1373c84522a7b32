"""How credentials are obtained: the chain of providers, its terms, and the client side of every issuer."""
