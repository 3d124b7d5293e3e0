"""The canonical event: Snowplow's 131 columns, and an event as JSON, as TSV, as the SDKs give it.

The order and the types are those of Snowplow's enriched event, which ``snowplow-analytics-sdk``
reads.
"""

import re
from functools import lru_cache

from tools.collector.enrich import strict_json
from tools.collector.enrich.iglu import parse_uri

# The last character is the type: @ a time, # an integer, . a number, ? a flag, * JSON; else text.
_COLUMNS = """
app_id platform etl_tstamp@ collector_tstamp@ dvce_created_tstamp@ event event_id txn_id
name_tracker v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid
domain_sessionidx# network_userid geo_country geo_region geo_city geo_zipcode geo_latitude.
geo_longitude. geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title
page_referrer page_urlscheme page_urlhost page_urlport# page_urlpath page_urlquery
page_urlfragment refr_urlscheme refr_urlhost refr_urlport# refr_urlpath refr_urlquery
refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content
mkt_campaign contexts* se_category se_action se_label se_property se_value. unstruct_event*
tr_orderid tr_affiliation tr_total. tr_tax. tr_shipping. tr_city tr_state tr_country ti_orderid
ti_sku ti_name ti_category ti_price. ti_quantity# pp_xoffset_min# pp_xoffset_max# pp_yoffset_min#
pp_yoffset_max# useragent br_name br_family br_version br_type br_renderengine br_lang
br_features_pdf? br_features_flash? br_features_java? br_features_director?
br_features_quicktime? br_features_realplayer? br_features_windowsmedia? br_features_gears?
br_features_silverlight? br_cookies? br_colordepth br_viewwidth# br_viewheight# os_name os_family
os_manufacturer os_timezone dvce_type dvce_ismobile? dvce_screenwidth# dvce_screenheight#
doc_charset doc_width# doc_height# tr_currency tr_total_base. tr_tax_base. tr_shipping_base.
ti_currency ti_price_base. base_currency geo_timezone mkt_clickid mkt_network etl_tags
dvce_sent_tstamp@ refr_domain_userid refr_device_tstamp@ derived_contexts* domain_sessionid
derived_tstamp@ event_vendor event_name event_format event_version event_fingerprint true_tstamp@
""".split()
COLUMNS = tuple(name.rstrip("@#.?*") for name in _COLUMNS)
_EMPTY_EVENT = {**dict.fromkeys(COLUMNS), "contexts": {}, "derived_contexts": {}}
_BREAKS = re.compile(r"[\t\r\n]")
_CAMEL = re.compile(r"([^A-Z_])([A-Z])")


def with_all_columns(columns):
    """Return the event with all 131 columns in order, None where it has none.

    An event without entities has ``{}`` for them, as in Micro.
    """
    return {**_EMPTY_EVENT, **columns}


def tsv_values(columns):
    """Return the 131 values as the texts of an enriched TSV, "" where there is none.

    Times are "2023-11-14 22:13:20.123", flags 1 and 0, JSON compact and in ASCII. None of them
    holds a tab or a line break.
    """
    return [
        "" if columns.get(name) is None else _text(columns[name], typed[len(name) :])
        for name, typed in zip(COLUMNS, _COLUMNS, strict=True)
    ]


def _text(value, kind):
    if kind == "@":
        return value.replace("T", " ").removesuffix("Z")
    if kind == "?":
        return "1" if value else "0"
    if kind == "*":
        return strict_json.dump(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return _BREAKS.sub(" ", str(value))


def sdk_event(columns):
    """Return the event as the analytics SDKs' JSON: all columns, entities under their names.

    ``unstruct_event`` becomes ``unstruct_event_VENDOR_NAME_MODEL``, and the entities become
    lists under ``contexts_VENDOR_NAME_MODEL``.
    """
    event = with_all_columns(columns)
    unstruct = event.pop("unstruct_event")
    if unstruct:
        event[sdk_name("unstruct_event", unstruct["data"]["schema"])] = unstruct["data"]["data"]
    for column in ("contexts", "derived_contexts"):
        for entity in (event.pop(column) or {}).get("data", ()):
            event.setdefault(sdk_name("contexts", entity["schema"]), []).append(entity["data"])
    return event


def flat_event(columns):
    """Return ``{name: value}`` with the fields of the event and its entities beside its columns.

    A field is named as the SDKs name it, "unstruct_event_com_acme_reading_1.celsius". That of
    entities has the list of all their values. Columns that are None are left out.
    """
    flat = {name: value for name, value in columns.items() if value is not None}
    unstruct = flat.pop("unstruct_event", None)
    if unstruct and isinstance(unstruct["data"]["data"], dict):
        name = sdk_name("unstruct_event", unstruct["data"]["schema"])
        for key, value in unstruct["data"]["data"].items():
            flat[f"{name}.{key}"] = value
    for column in ("contexts", "derived_contexts"):
        for entity in (flat.pop(column, None) or {}).get("data", ()):
            name = sdk_name("contexts", entity["schema"])
            for key, value in entity["data"].items() if isinstance(entity["data"], dict) else ():
                flat.setdefault(f"{name}.{key}", []).append(value)
    return flat


@lru_cache(1000)
def sdk_name(prefix, uri):
    """Return the name that the SDKs give to a schema, e.g. "contexts_com_acme_board_1"."""
    vendor, name, _, version = parse_uri(uri)
    name = _CAMEL.sub(r"\1_\2", name).lower().replace("-", "_")
    vendor = vendor.replace(".", "_").replace("-", "_").lower()
    return f"{prefix}_{vendor}_{name}_{version.partition('-')[0]}"
