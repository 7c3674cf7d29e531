"""The HTTP interface: whatever a person can do, a program can call."""

HEADER = "Waglan-Request"  # the id of a request, in every answer of a Waglan
