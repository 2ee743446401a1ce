"""Verifying a Record from its download alone: a script that needs nothing of this house."""
