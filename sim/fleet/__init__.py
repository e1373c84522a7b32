"""The compiled way of running: a population of equal clients that meet nobody."""
