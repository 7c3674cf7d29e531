"""Run an instance as `waglan up` does, until killed: python serving.py <pickled Config>."""

import asyncio
import pickle
import sys
from pathlib import Path

from waglan.gateway.instance import Config, running


async def serve(config: Config) -> None:
    async with running(config):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(pickle.loads(Path(sys.argv[1]).read_bytes())))
