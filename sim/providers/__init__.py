"""Steps of a credential-provider chain."""
