"""Accounts, roles, users, groups and populations: who acts, and with which rights."""
