"""The tree of parts, cut by offsets within limits."""
