"""Whoever mints credentials: what a scenario says of them, and how they answer."""
