"""The door for locks and trackers: sockets, one protocol a port, answers only after the commit."""
