"""Keep the rows: tables, store, migrations; all SQL of the project."""
