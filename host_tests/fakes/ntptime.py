"""The frozen `ntptime`: time() and settime() follow world.ntp, and take a second to fail.

"kod" is a kiss-of-death (RFC 5905, 7.4): its time of 0 becomes 2036-02-07 06:28:16, since the
module takes all before 2024 for the next era (micropython-lib #604)."""
import simulation

host = "pool.ntp.org"
timeout = 1


def time():
    """Seconds of the port's own epoch."""
    world = simulation.world
    answer = simulation.next_of(world.ntp)
    world.log.append(("ntp", host))
    if isinstance(answer, Exception):
        world.now_ms += timeout * 1000
        raise answer
    if answer == "kod":
        ms = 2085978496000
    else:
        ms = world.true_ms if answer == "true" else simulation.year_ms(answer)
    return ms // 1000 - _epoch()


def settime():
    simulation.world.wall_ms = (time() + _epoch()) * 1000


# A world on the machine's own time has its epoch.
def _epoch():
    return 946684800 if simulation.world.time.gmtime(0)[0] == 2000 else 0
