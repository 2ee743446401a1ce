"""The overview: what stands where, how long it waits and what comes of it; counted in the background, and read only."""
