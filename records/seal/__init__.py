"""The seal of a Record: a signed in-toto Statement, and the leaf that commits to it."""
