"""What a person runs: the ``alethia`` command, and the whole system on one machine."""
