"""Attacks on what is kept: each carried out by everybody who could try, and refused or detected."""
