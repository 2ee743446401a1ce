"""The auditor: every Record against its leaf, every leaf against the tree, every edge of the spine, every file, and the law itself."""
