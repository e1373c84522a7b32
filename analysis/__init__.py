"""A results directory becomes metrics, charts and a report."""
