"""Name the media types of the files that the service gives out."""

from __future__ import annotations

CSV = "text/csv; charset=utf-8"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GPKG = "application/geopackage+sqlite3"
HTML = "text/html"
ICS = "text/calendar"
PDF = "application/pdf"
PNG = "image/png"
SVG = "image/svg+xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
