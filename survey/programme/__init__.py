"""Plan when which works close which roads: see `package.md`."""
