"""How seldom a process of the instance looks for circles among its objects."""

import gc

# Before they are looked through. A batch of a thousand events makes ten thousand at once and no
# circle among them; by Python's own measure of 700 they are looked through again and again.
YOUNG_OBJECTS = 100_000
# A ship's twenty thousand bills are 150,000 lists and tuples, and stand until all is judged.
YOUNG_OBJECTS_AT_WORK = 500_000


def collect_rarely(young_objects: int = YOUNG_OBJECTS) -> None:
    """Take what stands now for good, and look through new objects only when they are many."""
    gc.collect()
    gc.freeze()  # what an application consists of is no garbage, and need not be looked through
    gc.set_threshold(young_objects)
