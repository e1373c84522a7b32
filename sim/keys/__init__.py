"""Long-term secrets: access keys and console passwords, their lives, turns and campaigns."""
