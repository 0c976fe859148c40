"""Plan one visit for everybody, keep what it found, and take back what was edited on site: see `package.md`."""
