# Who or what the events are about. Setters can be chained; they refuse what Enrich would.
from .record import text

_PLATFORMS = ("iot", "pc", "tv", "mob", "cnsl", "web", "srv", "app", "headset")


class Subject:
    def __init__(self):
        self.standard_nv_pairs = {"p": "iot"}

    def set_platform(self, value):
        if value not in _PLATFORMS:
            raise ValueError("platform: expected one of " + ", ".join(_PLATFORMS))
        self.standard_nv_pairs["p"] = value
        return self

    def set_user_id(self, user_id):
        return self._set("uid", "user_id", user_id, 255)

    def set_domain_user_id(self, duid):
        return self._set("duid", "duid", duid, 128)

    def set_network_user_id(self, nuid):
        return self._set("tnuid", "nuid", nuid, 128)

    def set_ip_address(self, ip):
        return self._set("ip", "ip", ip, 128)

    def set_useragent(self, ua):
        return self._set("ua", "ua", ua, 1000)

    def set_timezone(self, timezone):
        return self._set("tz", "timezone", timezone, 255)

    def set_lang(self, lang):
        return self._set("lang", "lang", lang, 255)

    def _set(self, key, name, value, limit):
        if not value:
            raise ValueError(name + ": may not be empty")
        self.standard_nv_pairs[key] = text(name, value, limit)
        return self
