"""Everything `rose up` starts, watches and stops."""
