# An advertisement was shown: signage.
from ..entities import finite
from ..record import MAX_JSON
from ..validators import one_of
from .calls import bind_call, track_fields

SCHEMA = "iglu:com.snowplowanalytics.snowplow/ad_impression/jsonschema/1-0-0"


def _cost(name, value):
    if finite(name, value) < 0:
        raise ValueError("%s: expected a number from 0 on, got %r" % (name, value))
    return value


_FIELDS = (
    ("impression_id", "impressionId", MAX_JSON, False),
    ("cost_model", "costModel", one_of("cpa cpc cpm"), False),
    ("cost", "cost", _cost, False),
    ("target_url", "targetUrl", MAX_JSON, False),
    ("banner_id", "bannerId", MAX_JSON, False),
    ("zone_id", "zoneId", MAX_JSON, False),
    ("advertiser_id", "advertiserId", MAX_JSON, False),
    ("campaign_id", "campaignId", MAX_JSON, False),
)


def track(tracker, *args, **options) -> "str | None":
    """Any of impression_id, cost_model, cost, target_url, banner_id, and so on."""
    given = bind_call(_FIELDS, args, options)
    if given.get("cost") is not None and not given.get("cost_model"):
        raise tracker.refuse(ValueError("cost: needs a cost_model: cpa, cpc or cpm"))
    for name, _, _, _ in _FIELDS:
        if given.get(name) not in (None, ""):
            return track_fields(tracker, SCHEMA, _FIELDS, given)
    raise tracker.refuse(ValueError("impression_id: it or another argument is needed"))
