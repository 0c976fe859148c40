"""Reach the house: HTTP, command line, database and wiring."""
