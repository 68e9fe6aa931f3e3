"""Joins: every step is `step(parts, now) -> bool`, true when it did something and wants to be called again."""
