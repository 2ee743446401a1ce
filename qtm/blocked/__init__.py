"""Blocked attempts: what somebody tried and the house refused, kept beside the log of what was done."""
