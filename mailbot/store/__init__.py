"""Remembers: the only place with SQL, and the only place that seals and unseals personal text."""
