"""Bytes to text, whatever the label says."""
