"""The frozen `ntptime`: settime() follows world.ntp, and takes a second to fail.

"kod" is a kiss-of-death (RFC 5905, 7.4): its time of 0 becomes 2036-02-07 06:28:16, since the
module takes all before 2024 for the next era (micropython-lib #604). Kinder than the real one,
"true" is exact: that sets whole seconds."""
import simulation

host = "pool.ntp.org"
timeout = 1


def settime():
    world = simulation.world
    answer = simulation.next_of(world.ntp)
    world.log.append(("ntp", host))
    if isinstance(answer, Exception):
        world.now_ms += timeout * 1000
        raise answer
    if answer == "true":
        world.wall_ms = world.true_ms
    elif answer == "kod":
        world.wall_ms = 2085978496000
    else:
        world.year = answer
