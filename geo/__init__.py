"""Measure lines and areas exactly, vectorised and fast; know no utility and no law."""
