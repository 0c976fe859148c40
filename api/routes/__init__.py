"""Answer HTTP requests: parse, call, shape; one module a resource."""
