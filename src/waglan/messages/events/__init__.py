"""Events of boxes in batches, as JSON: DCSA's Track & Trace 3.0, and a plain form of our own."""
