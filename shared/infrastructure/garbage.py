import gc

# Garbage that points at itself is rare here. Python's own 700 makes it look after every page and twice in a batch
# of events: an eighth of the bus's work (bench/bus), for nothing.
MANY = 10_000


def collect_seldom() -> None:
    """For a process that serves, once all is imported: what is there by now stays, and is never looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY, 10, 10)
