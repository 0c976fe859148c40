"""Answer `cotrench …`, one module a command group."""
