"""Hold every difference between PostGIS and SQLite."""
