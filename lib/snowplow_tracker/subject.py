# Who or what the events are about. Setters can be chained; they refuse what Enrich would.
# An empty value takes back what was set before. Enrich ignores `mac`: a MAC address goes in
# set_domain_user_id(), or in an entity.
from .record import text
from .validators import digits, integer, one_of, uuid

_PLATFORM = one_of("iot pc tv mob cnsl web srv app headset")


class Subject:
    """Who or what the events are about; setters return it, so that they can be chained."""

    def __init__(self) -> None:
        self.standard_nv_pairs = {"p": "iot"}

    def set_platform(self, value: str) -> "Subject":
        """The platform: iot, pc, tv, mob, cnsl, web, srv, app or headset."""
        self.standard_nv_pairs["p"] = _PLATFORM("platform", value)
        return self

    def set_user_id(self, user_id: "str | None") -> "Subject":
        """The user's id (`uid`), 255 characters at most."""
        return self._text("uid", "user_id", user_id, 255)

    def set_domain_user_id(self, duid: "str | None") -> "Subject":
        """The browser's or board's id (`duid`), 128 characters at most."""
        return self._text("duid", "duid", duid, 128)

    def set_network_user_id(self, nuid: "str | None") -> "Subject":
        """The id that the collector gave (`tnuid`), 128 characters at most."""
        return self._text("tnuid", "nuid", nuid, 128)

    def set_domain_session_id(self, sid: "str | None") -> "Subject":
        """The session's id (`sid`), a UUID."""
        return self._set("sid", sid and uuid("sid", sid))

    def set_domain_session_index(self, vid: int) -> "Subject":
        """Which session of the user it is (`vid`)."""
        return self._set("vid", digits("vid", vid))

    def set_screen_resolution(self, width: int, height: int) -> "Subject":
        """The screen's size in pixels."""
        return self._size("res", width, height)

    def set_viewport(self, width: int, height: int) -> "Subject":
        """The size of what shows the page, in pixels."""
        return self._size("vp", width, height)

    def set_color_depth(self, depth: int) -> "Subject":
        """Bits of a pixel."""
        return self._set("cd", digits("depth", depth))

    def set_ip_address(self, ip: "str | None") -> "Subject":
        """The address, in place of the one that the collector sees; 128 characters at most."""
        return self._text("ip", "ip", ip, 128)

    def set_useragent(self, ua: "str | None") -> "Subject":
        """The user agent, 1,000 characters at most."""
        return self._text("ua", "ua", ua, 1000)

    def set_timezone(self, timezone: "str | None") -> "Subject":
        """The time zone, such as Europe/Berlin; 255 characters at most."""
        return self._text("tz", "timezone", timezone, 255)

    def set_lang(self, lang: "str | None") -> "Subject":
        """The language, such as de; 255 characters at most."""
        return self._text("lang", "lang", lang, 255)

    # A page view or page ping that has its own keeps it.
    def set_page_url(self, url: "str | None") -> "Subject":
        """The address of the page on which the events happen."""
        return self._address("url", "url", url)

    def set_referrer(self, referrer: "str | None") -> "Subject":
        """The address of the page before."""
        return self._address("refr", "referrer", referrer)

    def combine_subject(self, subject: "Subject | None") -> dict:
        """The pairs of both; those of this one come before those of the other."""
        return dict(subject.standard_nv_pairs if subject else {}, **self.standard_nv_pairs)

    def _address(self, key, name, value):
        from .pairs import address

        return self._set(key, value and address(name, value))

    def _text(self, key, name, value, limit):
        return self._set(key, value and text(name, value, limit))

    def _size(self, key, width, height):
        integer("width", width, 1)
        integer("height", height, 1)
        return self._set(key, "%dx%d" % (width, height))

    def _set(self, key, value):
        if value:
            self.standard_nv_pairs[key] = value
        else:
            self.standard_nv_pairs.pop(key, None)
        return self
