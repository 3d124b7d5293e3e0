from ..arguments import bind, fill, names
from ..record import utf8
from ..tracker import number
from ..validators import digits
from .event import Event

_ORDER = (
    ("order_id", "tr_id", 255, True),
    ("total_value", "tr_tt", number, True),
    ("affiliation", "tr_af", 255, False),
    ("tax_value", "tr_tx", number, False),
    ("shipping", "tr_sh", number, False),
    ("city", "tr_ci", 255, False),
    ("state", "tr_st", 255, False),
    ("country", "tr_co", 255, False),
    ("currency", "tr_cu", 3, False),
)
_ITEM = (
    ("sku", "ti_sk", 255, True),
    ("price", "ti_pr", number, True),
    ("quantity", "ti_qu", digits, True),
    ("name", "ti_nm", 255, False),
    ("category", "ti_ca", 255, False),
)


class _Event(Event):
    FIELDS = ()
    found: dict

    def pairs(self, tracker) -> dict:
        return self.found


# All is checked before any of it is stored.
def track(tracker, *args, **options) -> "str | None":
    """An order, and `items`, a list of dicts; -> the eid of the order."""
    given = bind(names(_ORDER) + ["items", "context", "tstamp", "event_subject"], args, options)
    try:
        found = [fill({"e": "tr"}, _ORDER, given.get)]
        for item in given.get("items") or ():
            pairs = {"e": "ti", "ti_id": given["order_id"]}
            if given.get("currency"):
                pairs["ti_cu"] = given["currency"]
            for name in item:
                if name not in names(_ITEM):
                    raise ValueError("items: %r is not a key of an item" % name)
            found.append(fill(pairs, _ITEM, item.get))
        for pairs in found:
            utf8("".join(pairs.values()))
    except ValueError as e:
        raise tracker.refuse(e)
    event = _Event(given.get("event_subject"), given.get("context"), given.get("tstamp"))
    eids = []
    for event.found in found:
        eids.append(tracker.track(event))
    return eids[0]
