"""Decides: pure values in, pure values out; no clock, no I/O, no SQL (a test enforces the imports)."""
