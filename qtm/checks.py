"""System checks: deployment mistakes, each with an id and a sentence on how to mend it."""
