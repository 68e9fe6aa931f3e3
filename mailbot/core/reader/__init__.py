"""Reads the bytes of one mail: `parse` is the door, each folder one idea behind it."""
