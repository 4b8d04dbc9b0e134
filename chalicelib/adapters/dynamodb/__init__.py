"""Rows and repositories over the specs table and the jobs table."""
