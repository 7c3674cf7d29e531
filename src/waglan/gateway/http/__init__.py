"""The HTTP interface: whatever a person can do, a program can call."""
