"""What a thief may look for, where, and with which means."""
