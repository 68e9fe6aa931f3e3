"""What a mail carries beside its text: names, types, locks, containers, numbers to mask."""
