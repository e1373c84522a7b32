"""Who signs calls: SDK clients, programs, jobs and people, and the account of what they signed."""
