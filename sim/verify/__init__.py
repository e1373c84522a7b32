"""What the simulator is held against: real SDKs, closed forms, published results; every comparison is one row."""
