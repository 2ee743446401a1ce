"""The demo: a living house to walk through, made through the same doors as a real one. It knows every zone, and no zone knows it."""
