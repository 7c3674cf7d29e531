"""The verdict's arithmetic, in one way that defines the answer and others that are faster."""
