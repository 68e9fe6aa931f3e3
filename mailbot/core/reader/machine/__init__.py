"""Who is a machine, and what bounces say."""
