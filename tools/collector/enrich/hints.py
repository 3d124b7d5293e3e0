"""What to change about an event that failed: a sentence for each kind of failure."""

import re

_LIMIT = re.compile(r"is longer than (\d+) characters")
_TIMES = ("dtm", "stm", "ttm")
_BY_FIELD = {
    "p": 'A board sends "p": "iot".',
    "eid": "Leave eid out, or send a UUID for each event: str(uuid.uuid4()).",
    "sid": "Send the session's UUID.",
    "contentType": 'Send the header "Content-Type: application/json".',
    "network_userid": "Leave nuid out of the query, or send a UUID in it.",
    "url": "Percent-encode the address, or leave it out.",
    "refr": "Percent-encode the address, or leave it out.",
}
# Part of a rule -> what to change. The first one that is found counts.
_BY_RULE = (
    ("is not a Content-Encoding", "Send the body without compression."),
    ("Content-Encoding", "Send the body without compression."),
    ("must be percent-encoded", "Percent-encode all but A-Z a-z 0-9 - _ . ~ in the query."),
    ("a size violation", "Send fewer events in a request: 40,000 bytes is what trackers send."),
    ("no event in this request", "Put the event's parameters into the query: ?e=se&p=iot&tv=…"),
    ("is not a key of payload_data", "Remove the key, or put its value into an entity."),
    ("is not a string", 'Put the value into quotes: "se_va": "21.5".'),
    ("every event in a POST must have it", "Add e (the kind of event), p (iot) and tv."),
    ("known event types are", "Add e: ue for a self-describing event, se for a structured one."),
    ("is not an event type", "Use ue for a self-describing event, se for a structured one."),
    ("is not self-describing JSON", "Wrap the data: the tracker's track_self_describing_event()."),
    ("is not an Iglu URI", "Write the schema as iglu:VENDOR/NAME/jsonschema/1-0-0."),
    ("is not the wrapper", "Wrap events in unstruct_event 1-0-0, entities in contexts 1-0-1."),
    ("is not a list of entities", "Put the entities into a list."),
    ("which contexts 1-0-0 forbids", "Leave co out when there are no entities."),
    ("nested deeper", "Make the data flatter."),
    ("is not JSON", "Send valid JSON: no comments, no trailing comma, no nan. json.dumps() does."),
    ("is not a decimal number", "Send a number such as 21.5; send nothing for nan."),
    ("exponent", "Send a number such as 21.5."),
    ("is not a whole number from", "Send a whole number, without decimals."),
    ("is neither 0 nor 1", "Send 1 for true, 0 for false."),
    ("is not WIDTHxHEIGHT", "Send for example 128x64."),
    ("is an error in this collector", "Report it to this project, with the event."),
    ("Additional properties are not allowed", "Remove it, or add it to the schema."),
    ("is a required property", "Add it to the data."),
    ("is a string, not of type", "Send it without quotes."),
    ('is not of type "string"', "Send it as text, in quotes."),
    ("is not of type", "Send what the schema demands, or change the schema."),
    ("is not one of", "Send one of these values, or add this one to the schema."),
    ("is not a", "Send what the schema demands, or change the schema."),
    ("is greater than", "Check the unit, or raise the maximum in the schema."),
    ("is less than", "Check the unit, or lower the minimum in the schema."),
    ("is unusable", "Mend the schema's file, then replay the event."),
)


def with_hint(failure):
    """Return the :class:`failures.Failure` with the ``hint`` that it lacks, if there is one."""
    return failure if failure.hint else failure._replace(hint=_hint(*failure[:3]))


def _hint(field, value, rule):
    name = field.rpartition(".")[2]
    if rule.startswith("is unresolved"):
        path = (value or "").removeprefix("iglu:")
        return (
            f"Put the schema into a folder of SCHEMAS as {path}, or publish it at the Iglu server"
            " that the collector asks (igluctl static push). Then replay the event."
        )
    if name in _TIMES and value is not None:
        return _time_hint(value)
    if match := _LIMIT.match(rule):
        return f"Cut it to {match[1]} characters before it is tracked."
    if field in _BY_FIELD:
        return _BY_FIELD[field]
    return next((hint for part, hint in _BY_RULE if part in rule), None)


def _time_hint(value):
    digits = value.lstrip("+-")
    if digits.isdecimal() and len(digits) > 14:
        nano = len(digits) > 17
        unit, number = ("nanoseconds", "1,000,000") if nano else ("microseconds", "1000")
        return f"{unit.capitalize()}? Divide by {number}: it has to be milliseconds since 1970."
    return "Send milliseconds since 1970 as a whole number: str(int(time.time() * 1000))."
