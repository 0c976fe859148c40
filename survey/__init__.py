"""Judge what was measured: utilities, standards, county policies and verdicts."""
