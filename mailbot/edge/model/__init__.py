"""The classifier as one spaCy pipeline: words, cues, letters, encoder, judgement. `load.py` is the door."""
