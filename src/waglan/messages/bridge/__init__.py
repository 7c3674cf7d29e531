"""Bridge files: what a filer hands in himself, at a window that nobody here has a line to."""
