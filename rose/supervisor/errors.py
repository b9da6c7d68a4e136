class SupervisorError(Exception):
    """Something the operator must put right; the message says what, in a sentence or two, and how."""
