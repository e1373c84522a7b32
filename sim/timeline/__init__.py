"""What happens when: faults and responses resolved into functions of the instant, lifetimes, upgrades."""
