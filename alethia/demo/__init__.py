"""The narrated demo: ``make demo``."""
