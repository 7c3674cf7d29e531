"""The garbage collector, held while a whole file is read."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Hold cyclic garbage collection, for the whole process and every thread in it.

    Reading makes hundreds of thousands of objects and no circle. Wrap a whole file in it only in
    a process that does nothing else, such as a worker; a collector already off stays off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
