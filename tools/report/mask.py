"""What must not be read in a public issue, taken out of configs and of texts.

Masked are, by their keys: passwords, keys, tokens, PINs and the like, names of users, values of
headers, `portal_pin`, and what tells where a board is (SSIDs, positions). By their form: users and
passwords in URLs, query strings of URLs, the paths of URLs that only the boards are to know,
authorization headers, private keys. What was masked in a config is masked wherever else it
occurs, too.
"""

import base64
import json
import re
import urllib.parse

MASK = "***"
_WORDS = {
    "apikey", "auth", "authorization", "bearer", "bssid", "cert", "certificate", "cookie",
    "credential", "credentials", "headers", "jwt", "key", "keys", "latitude", "lat", "login",
    "longitude", "lon", "lng", "mac", "pass", "passkey", "passphrase", "pin_code", "pincode",
    "psk", "puk", "pw", "pwd", "salt", "signature", "sig", "ssid", "user", "username",
}  # fmt: skip
# Where words are written in one.
_STEMS = re.compile("passw|passphrase|secret|token|apikey|credential|privatekey|portal_pin", re.I)
# Objects whose URLs have a path that only the boards are to know.
_HIDDEN_PATHS = ("update", "remote")
# Objects of which only these keys are known not to be secret: a name may be written wrongly, or
# a list may be where an object belongs.
_PRIVATE = ("wifi", "cellular", "location")
_PLAIN = {
    "address", "altitude", "apn", "baud", "country", "hostname", "key_level", "number", "power",
    "power_save", "reset", "reset_level", "rx", "security", "timeout", "tx", "uart",
}  # fmt: skip
_URL = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,30}://)([^\s\"'<>`]+)")
_QUOTED = r"""\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"""
_FORMS = (
    (re.compile(r"-----BEGIN [^-]*PRIVATE KEY-----.*?(-----END [^-]*-----|\Z)", re.S), MASK),
    (re.compile(r"\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,60}(?:key|token))"
                r"([\"']?\s*[:=]\s*)[^\r\n]+", re.I), rf"\1\2{MASK}"),
    (re.compile(r"\b(with the password )\S+"), rf"\1{MASK}"),  # the portal's console
    (re.compile(r"^(joining: |joining |joined |online: wifi )[^;\n]+", re.M), rf"\1{MASK}"),
    (re.compile(r"[^\s\"'/@:]{1,99}:[^\s\"'/@]{1,99}@(?=\w)"), f"{MASK}@"),  # no scheme
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.I), rf"\1 {MASK}"),
    (re.compile(r"((?:passw(?:or)?d|passphrase|psk|secret|token|api_?key)[\w-]{0,60}"
                r"[\"']?\s*[:=]\s*)(?!None\b|null\b|expected\b|[\"']?\*{3}|[\[{]\s*$)"
                rf"(?:{_QUOTED}|[^\s,;}}\]]+)", re.I | re.M), rf"\1{MASK}"),
)  # fmt: skip


def is_secret(key):
    """Whether the value of a key with this name is masked."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(key))
    words = re.findall("[a-z]+", spaced.lower())
    return bool(_STEMS.search(str(key)) or not _WORDS.isdisjoint(words))


def masked(config):
    """(the config with MASK for secrets, the set of the texts that were masked). `config`: any
    JSON."""
    found = set()
    return _value(config, found), found


def masked_text(text, secrets=()):
    """A text without these secrets, and without what looks like one."""
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        edge = r"(?<!\w){}(?!\w)" if len(secret) < 8 else "{}"
        text = re.sub(edge.format(re.escape(secret)), MASK, text)
    text = _URL.sub(lambda url: url[1] + _address(url[2]), text)
    for form, instead in _FORMS:
        text = form.sub(instead, text)
    return text


def _value(value, found, hidden_path=False, private=False):
    if isinstance(value, dict):
        return {
            str(key): _all(it, found) if is_secret(key)
            else _value(it, found, hidden_path or key in _HIDDEN_PATHS,
                        (private or key in _PRIVATE) and key not in _PLAIN)
            for key, it in value.items()
        }  # fmt: skip
    if isinstance(value, list):
        private = private or any(isinstance(it, str) and is_secret(it) for it in value)
        return [_value(it, found, hidden_path, private) for it in value]
    if private:
        return _all(value, found)
    if not isinstance(value, str):
        return value
    scheme, slashes, rest = value.partition("://") if "://" in value else ("", "", value)
    # Whatever characters a password has that a URL must not have: to the last @.
    user, at, rest = rest.rpartition("@")
    if at and (slashes or ":" in user):
        for part in (user, *user.split(":", 1)):
            found.update({part, urllib.parse.unquote(part)} - {""})
        value = f"{scheme}{slashes}{MASK}@{rest}"
    found.update(it for _, it in urllib.parse.parse_qsl(rest.partition("?")[2]))
    if hidden_path:
        host = re.match("[^/?#]*", rest)[0]
        path = rest[len(host) + 1 :]
        found.update({path} - {""})
        return f"{scheme}{slashes}{host}" + (path and f"/{MASK}")
    return masked_text(value)


def _all(value, found):
    # Everything in the value of a secret key: texts, numbers, and what lists and objects have. Of
    # objects the keys stay, which are the names of headers.
    if isinstance(value, dict):
        return {str(key): _all(it, found) for key, it in value.items()}
    if isinstance(value, list):
        return [_all(it, found) for it in value]
    if value is None or isinstance(value, bool) or value == "":
        return value
    found.add(str(value))
    return MASK


def _address(rest):
    # A URL after its scheme, without user, password and the values of its query.
    _, at, rest = rest.rpartition("@")
    place, mark, _ = rest.partition("?")
    return (MASK + at if at else "") + place + (mark and mark + MASK)


def _forms(secrets):
    # A secret as it is, in JSON, in a URL, and as base64.
    for secret in secrets:
        if len(secret) > 3:  # a shorter one would take words apart
            yield secret
            yield json.dumps(secret)[1:-1]
            yield json.dumps(secret, ensure_ascii=False)[1:-1]
            yield urllib.parse.quote(secret, safe="")
            yield urllib.parse.quote_plus(secret)
            if len(secret) > 5:
                yield base64.b64encode(secret.encode()).decode().rstrip("=")
