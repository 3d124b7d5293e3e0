# asyncio.run(), which blocks, for the asyncio that the engine brings. That one has no run(), as a
# page must not block: JavaScript's timers call _run_iter(), which runs all tasks that are due.
import asyncio
from asyncio.core import _run_iter


def run(coro):
    ended = []

    async def main():
        try:
            ended.append((await coro, None))
        except BaseException as e:
            ended.append((None, e))

    asyncio.create_task(main())
    while not ended:
        _run_iter()
    result, error = ended[0]
    if error:
        raise error
    return result


asyncio.run = run
