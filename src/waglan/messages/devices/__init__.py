"""What locks and trackers send, frame by frame: nothing of it is dropped."""
