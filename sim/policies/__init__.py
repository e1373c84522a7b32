"""Pure functions of (now, numbers, draws): no SimPy, no input or output, nothing of ours imported."""
