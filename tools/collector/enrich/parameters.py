"""The parameters of the tracker protocol: their names, their allowed values, their columns.

Source: the rules under "Requests" and "Values" in the tracker protocol.
"""

from tools.collector.enrich import values
from tools.collector.enrich.failures import failure
from tools.collector.enrich.urls import readable

# Every key that an event in a POST may have (payload_data 1-0-4).
POST_KEYS = frozenset(
    """tna aid p dtm tz e tid eid tv duid nuid uid vid ip res url page refr fp ctype cookie lang
    f_pdf f_qt f_realp f_wma f_dir f_fla f_java f_gears f_ag cd ds cs vp mac pp_mix pp_max pp_miy
    pp_may ad_ba ad_ca ad_ad ad_uid tr_id tr_af tr_tt tr_tx tr_sh tr_ci tr_st tr_co tr_cu ti_id
    ti_sk ti_nm ti_na ti_ca ti_pr ti_qu ti_cu sa sn st sp se_ca se_ac se_la se_pr se_va ue_na
    ue_pr ue_px co cx ua tnuid stm sid ttm""".split()
)
REQUIRED = ("tv", "p", "e")
# Version of payload_data -> the keys that it does not have yet.
KEYS_ADDED_LATER = {
    "1-0-0": frozenset({"ua", "tnuid", "stm", "sid", "ttm"}),
    "1-0-1": frozenset({"tnuid", "stm", "sid", "ttm"}),
    "1-0-2": frozenset({"stm", "sid", "ttm"}),
    "1-0-3": frozenset({"ttm"}),
    "1-0-4": frozenset(),
}

EVENT_TYPES = {
    "pv": "page_view",
    "pp": "page_ping",
    "se": "struct",
    "ue": "unstruct",
    "tr": "transaction",
    "ti": "transaction_item",
}
PLATFORMS = ("web", "iot", "app", "mob", "pc", "cnsl", "tv", "srv", "headset")


def _event_type(text):
    if text in EVENT_TYPES:
        return EVENT_TYPES[text]
    raise ValueError(f"is not an event type; known are {' '.join(EVENT_TYPES)}")


def _platform(text):
    if text in PLATFORMS:
        return text
    raise ValueError(f"is not a platform; known are {' '.join(PLATFORMS)}")


def _transaction_id(text):
    values.integer(text)
    return text  # Enrich checks that it is a number, and stores the text


def _number(text):
    number = values.decimal(text)
    if number is None:
        return None
    # JSON has no infinity: a number that no double can hold is stored as text.
    return float(number) if abs(float(number)) != float("inf") else str(number)


def _time(text):
    return values.iso_timestamp(values.milliseconds(text))


def _text(limit, clean=values.cleaned):
    def convert_text(text):
        text = clean(text)
        if text is not None and len(text) * 2 > limit and values.utf16_length(text) > limit:
            raise ValueError(f"is longer than {limit} characters")
        return text

    return convert_text


def _url(text):
    text = _text(10000)(text)
    return text and readable(text)


def _first_address(text):
    for separator in ",| ":
        text = text.partition(separator)[0]
    return values.cleaned(text)


_CONVERTERS = {
    "e": ("event", _event_type),
    "p": ("platform", _platform),
    "eid": ("event_id", values.uuid),
    "sid": ("domain_sessionid", values.uuid),
    "dtm": ("dvce_created_tstamp", _time),
    "stm": ("dvce_sent_tstamp", _time),
    "ttm": ("true_tstamp", _time),
    "tid": ("txn_id", _transaction_id),
    "vid": ("domain_sessionidx", values.integer),
    "ti_qu": ("ti_quantity", values.integer),
    "pp_mix": ("pp_xoffset_min", values.integer),
    "pp_max": ("pp_xoffset_max", values.integer),
    "pp_miy": ("pp_yoffset_min", values.integer),
    "pp_may": ("pp_yoffset_max", values.integer),
    "se_va": ("se_value", _number),
    "tr_tt": ("tr_total", _number),
    "tr_tx": ("tr_tax", _number),
    "tr_sh": ("tr_shipping", _number),
    "ti_pr": ("ti_price", _number),
    "f_pdf": ("br_features_pdf", values.flag),
    "f_qt": ("br_features_quicktime", values.flag),
    "f_realp": ("br_features_realplayer", values.flag),
    "f_wma": ("br_features_windowsmedia", values.flag),
    "f_dir": ("br_features_director", values.flag),
    "f_fla": ("br_features_flash", values.flag),
    "f_java": ("br_features_java", values.flag),
    "f_gears": ("br_features_gears", values.flag),
    "f_ag": ("br_features_silverlight", values.flag),
    "cookie": ("br_cookies", values.flag),
    "res": (("dvce_screenwidth", "dvce_screenheight"), values.dimensions),
    "vp": (("br_viewwidth", "br_viewheight"), values.dimensions),
    "ds": (("doc_width", "doc_height"), values.dimensions),
    "aid": ("app_id", _text(255)),
    "uid": ("user_id", _text(255)),
    "lang": ("br_lang", _text(255)),
    "tz": ("os_timezone", _text(255)),
    "tr_id": ("tr_orderid", _text(255)),
    "tr_af": ("tr_affiliation", _text(255)),
    "tr_ci": ("tr_city", _text(255)),
    "tr_st": ("tr_state", _text(255)),
    "tr_co": ("tr_country", _text(255)),
    "ti_id": ("ti_orderid", _text(255)),
    "ti_sk": ("ti_sku", _text(255)),
    "ti_na": ("ti_name", _text(255)),
    "ti_nm": ("ti_name", _text(255)),
    "ti_ca": ("ti_category", _text(255)),
    "tna": ("name_tracker", _text(128)),
    "duid": ("domain_userid", _text(128)),
    "nuid": ("network_userid", _text(128)),
    "tnuid": ("network_userid", _text(128)),
    "ip": ("user_ipaddress", _text(128, _first_address)),
    "fp": ("user_fingerprint", _text(128)),
    "cs": ("doc_charset", _text(128)),
    "tv": ("v_tracker", _text(100)),
    "se_ca": ("se_category", _text(1000)),
    "se_ac": ("se_action", _text(1000)),
    "se_pr": ("se_property", _text(1000)),
    "se_la": ("se_label", _text(4096)),
    "ua": ("useragent", _text(1000)),
    "url": ("page_url", _url),
    "refr": ("page_referrer", _url),
    "page": ("page_title", _text(2000)),
    "tr_cu": ("tr_currency", _text(3)),
    "ti_cu": ("ti_currency", _text(3)),
    "cd": ("br_colordepth", _text(12)),
}


def convert(parameters):
    """Return ``(columns, failures)`` for the parameters of one event, a dict of text to text.

    ``columns`` maps the names of the columns that are set to values that JSON can hold; times are
    "2023-11-14T22:13:20.123Z". ``failures`` lists a :class:`failures.Failure` for each bad value.
    Keys that have no column (``ue_px``, ``mac``, unknown ones) are ignored.
    """
    columns, failures = {}, []
    for key, text in parameters.items():
        column, converter = _CONVERTERS.get(key, (None, None))
        if column is None:
            continue
        try:
            value = converter(text)
        except ValueError as error:
            failures.append(failure(key, text, str(error)))
            continue
        if isinstance(column, tuple):
            columns.update(zip(column, value, strict=True))
        # If an event has both network ids, tnuid wins, in any order.
        elif value is not None and not (key == "nuid" and "tnuid" in parameters):
            columns[column] = value
    return columns, failures
