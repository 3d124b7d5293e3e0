"""The frozen `ntptime`: settime() follows world.ntp, and takes a second to fail."""
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
    else:
        world.year = answer
