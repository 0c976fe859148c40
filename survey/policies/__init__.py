"""Hold each county's rules as dated, cited values."""
