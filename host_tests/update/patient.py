"""How long a board of these tests waits for an answer, in place of 10 s: a machine of tests may
stand still for longer."""

from snowplow_tracker.transport.http import HttpTransport


def wait(ms):
    make = HttpTransport.__init__

    def patient(self, *values, **options):
        make(self, *values, **options)
        self.connect_ms = self.limit_ms = ms

    HttpTransport.__init__ = patient
