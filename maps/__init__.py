"""Show people what was measured and judged: symbols, layers, offline map, web client."""
