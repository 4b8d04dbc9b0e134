"""The only place where a status changes: one table for each noun, ``(status, event) → status``."""
