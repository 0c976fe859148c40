"""Who may sign in and who may do what: accounts, sessions, tokens, the permission table."""
