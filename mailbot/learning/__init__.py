"""Teaches and measures the classifier: `mailbot train` and `mailbot evaluate`. The running desk imports none of it."""
