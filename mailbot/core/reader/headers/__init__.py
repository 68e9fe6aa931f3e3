"""Header blocks: their lines, words, parameters, ids and addresses, in every character set."""
