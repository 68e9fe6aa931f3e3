"""Fine-tunes the encoder: a separate step on a machine with torch, whose result is committed (`models/README.md`)."""
