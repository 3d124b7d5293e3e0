# The pins that triggers set for some seconds: an alarm, a pump. Off from the boot on, also in safe
# mode, and before the firmware ends or restarts: an ESP32 holds its pins through a restart, until
# the next boot comes here. After power-on the chip drives no pin, so a pump needs a resistor that
# holds it off. Loaded if the config has one.
#
# In the mode always_on a task ends it, so it may be late by the longest step of a request, some
# seconds. In the mode battery the board stays awake for it.
import asyncio

from snowplow_tracker import clock
from snowplow_tracker.emitter.run import sleep_ms

_ends: dict = {}  # pin -> when it is to be off, in clock.ms(); several triggers may set one pin


class Output:
    def __init__(self, board, pin, level, seconds, waits):
        self._pin = board.output(pin, 1 - level)
        self._name = pin
        self._level = level
        self._ms = seconds * 1000
        self._waits = waits  # in the mode battery

    def on(self):
        """Set the pin; -> ms after which the caller calls off(), 0 if that is done here."""
        is_set = self._name in _ends
        _ends[self._name] = max(_ends.get(self._name, 0), clock.ms() + self._ms)
        self._pin.value(self._level)
        if self._waits:
            return self._ms
        if not is_set:
            try:
                asyncio.create_task(self._end())
            except MemoryError:
                self.off()
                raise
        return 0

    async def _end(self):
        try:
            while clock.ms() < _ends.get(self._name, 0):
                await sleep_ms(min(_ends[self._name] - clock.ms(), 1000))
        finally:
            self.off()

    def off(self):
        """Set the pin back."""
        self._pin.value(1 - self._level)
        _ends.pop(self._name, None)


def output(board, options):
    """The Output of a trigger's `set`; None for a pin that the port does not have."""
    try:
        return Output(board, **options)
    except ValueError as e:
        print("set: pin %s: %s" % (options["pin"], e))


def prepare(app):
    """Switch all off, now, if the firmware crashes, and before it restarts."""
    app.crashes.record = _off_before(app, app.crashes.record)
    app.restart = _off_before(app, app.restart)
    off(app)


def _off_before(app, call):
    def called(argument):
        off(app)
        call(argument)

    return called


def off(app):
    """Switch all outputs of the config off."""
    _ends.clear()
    outputs = app.settings["extras"]["outputs"]
    for pin in outputs:
        try:
            app.board.output(pin, outputs[pin])
        except ValueError:
            pass  # the port does not have it
