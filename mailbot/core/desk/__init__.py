"""The desk by mail: what staff may do by replying, who may do it, and what it makes happen. Pure."""
