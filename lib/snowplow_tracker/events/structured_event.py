from ..tracker import number
from .event import Event


class StructuredEvent(Event):
    TYPE = "se"
    FIELDS = (
        ("category", "se_ca", 1000, True),
        ("action", "se_ac", 1000, True),
        ("label", "se_la", 4096, False),
        ("property_", "se_pr", 1000, False),
        ("value", "se_va", number, False),
    )
    category: str
    action: str
    label: "str | None"
    property_: "str | None"
    value: "float | None"

    def __init__(self, *args, precision: "int | None" = None, **options) -> None:
        Event.__init__(self, *args, **options)
        self.precision = precision

    def pairs(self, tracker) -> dict:
        pairs = Event.pairs(self, tracker)
        if self.value is not None:
            pairs["se_va"] = number("value", self.value, self.precision)
        return pairs
