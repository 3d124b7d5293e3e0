from ..tracker import number
from .event import Event


class StructuredEvent(Event):
    TYPE = "se"
    value: "float | None"
    FIELDS = (
        ("category", "se_ca", 1000, True),
        ("action", "se_ac", 1000, True),
        ("label", "se_la", 4096, False),
        ("property_", "se_pr", 1000, False),
        ("value", "se_va", number, False),
    )

    def __init__(self, *args, precision=None, **options):
        Event.__init__(self, *args, **options)
        self.precision = precision

    def pairs(self, tracker):
        pairs = Event.pairs(self, tracker)
        if self.value is not None:
            pairs["se_va"] = number("value", self.value, self.precision)
        return pairs
