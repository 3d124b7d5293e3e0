from ..self_describing import unstruct
from .event import Event


class SelfDescribing(Event):
    event_json: object
    FIELDS = (("event_json", "", lambda name, value: value, True),)

    def pairs(self, tracker) -> dict:
        pairs, self.schema, _ = unstruct(tracker, self.event_json)
        return pairs
