"""mailbot: the personal-data rights desk of a company, run by e-mail alone."""
