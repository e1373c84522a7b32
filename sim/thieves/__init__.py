"""Thieves: what each takes, what he obtains from it, and until when AWS lets him."""
