"""A mail server that delivers nothing: every mail is kept as a file and shown on a page."""
