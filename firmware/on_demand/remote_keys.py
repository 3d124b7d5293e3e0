# The keys of a remote_config document, by its parts: what each of them changes here. The rest of
# the schema (1-0-1) means nothing on a board, and is named on the console. docs/remote_config.md
# lists both.
#
# A change is a key of config.json, the features that its `track` has or not, or one of OPTIONS,
# which remote_options.py and start.py apply at the boot.
from firmware.on_demand import config

# name -> (kind, low, high), as in config_keys.py.
_BOOL = ("bool", 0, 1)
OPTIONS: dict = {
    "method": ("one", ("get", "post"), 1),
    "path": ("text", 1, 255),
    "timeout_seconds": ("int", 1, 60),
    "log": ("one", ("off", "error", "debug", "verbose"), 1),
    "location": _BOOL,
    "anonymous": _BOOL,
    "server_anonymous": _BOOL,
    "foreground_seconds": ("int", 0, None),
    "background_seconds": ("int", 0, None),
    "body_bytes": ("int", 0, None),
    "retry_codes": ("object", 0, 0),
    "store_events": ("int", 1, None),
    "store_seconds": ("int", 60, None),
    # As the protocol calls them: a Subject's.
    "p": ("one", ("web", "mob", "pc", "srv", "app", "tv", "cnsl", "iot"), 1),
    "tnuid": ("text", 1, 128),
    "duid": ("text", 1, 128),
    "ua": ("text", 1, 1000),
    "ip": ("text", 1, 128),
    "tz": ("text", 1, 255),
    "lang": ("text", 1, 255),
}
# A part of the bundle -> its key -> the change; .name is a feature of `track`.
PARTS: dict = {
    "networkConfiguration": {
        "endpoint": "collector",
        "method": "method",
        "customPostPath": "path",
        "timeout": "timeout_seconds",
    },
    "trackerConfiguration": {
        "appId": "app_id",
        "devicePlatform": "p",
        "logLevel": "log",
        "sessionContext": ".session",
        "applicationContext": ".application",
        "platformContext": ".platform",
        "geoLocationContext": "location",
        "lifecycleAutotracking": ".lifecycle",
        "installAutotracking": ".install",
        "exceptionAutotracking": ".errors",
        "diagnosticAutotracking": ".diagnostics",
        "userAnonymisation": "anonymous",
    },
    "subjectConfiguration": {
        "userId": "user_id",
        "networkUserId": "tnuid",
        "domainUserId": "duid",
        "useragent": "ua",
        "ipAddress": "ip",
        "timezone": "tz",
        "language": "lang",
    },
    "sessionConfiguration": {
        "backgroundTimeout": "background_seconds",
        "foregroundTimeout": "foreground_seconds",
    },
    "emitterConfiguration": {
        "bufferOption": "batch_size",
        "emitRange": "batch_size",
        "byteLimitPost": "body_bytes",
        "customRetryForStatusCodes": "retry_codes",
        "serverAnonymisation": "server_anonymous",
        "maxEventStoreSize": "store_events",
        "maxEventStoreAge": "store_seconds",
    },
}
# Events in a request, in the mobile trackers.
_BUFFER = {"Single": 1, "DefaultGroup": 10, "HeavyGroup": 25}


def changes_of(data, namespace):
    """(changes, keys that are ignored) of a parsed document; ValueError names a bad value."""
    changes: dict = {}
    ignored: list = []
    features: dict = {}
    try:
        bundles = [b for b in data["configurationBundle"] if b["namespace"] == namespace]
    except (KeyError, TypeError):
        raise ValueError("no remote_config with version and bundle")
    for bundle in bundles:
        for part in bundle:
            if part == "namespace" or bundle[part] is None:
                continue
            if part in PARTS and not isinstance(bundle[part], dict):
                raise ValueError("%s: expected an object" % part)
            if part not in PARTS:
                ignored.append(part)
                continue
            for key in bundle[part]:
                value = bundle[part][key]
                name = PARTS[part].get(key)
                if not name:
                    ignored.append(part + "." + key)
                elif value is None:
                    pass  # the schema's word for "not set"
                elif name[0] == ".":
                    _check_one(part, key, "", _BOOL, value)
                    features[name[1:]] = value
                else:
                    _take(changes, part, key, name, value)
    if features:
        changes["features"] = features
    return changes, ignored


def _take(changes, part, key, name, value):
    if key == "bufferOption":
        _check_one(part, key, "", ("one", sorted(_BUFFER), 1), value)
        value = _BUFFER[value]
    elif key == "endpoint" and isinstance(value, str) and "://" not in value:
        value = "https://" + value
    _check_one(part, key, name, OPTIONS.get(name) or config.KEYS[""][name], value)
    if name == "batch_size":  # the smaller of the two keys that say it
        value = min(value, changes.get(name, value))
    changes[name] = value


def _check_one(path, key, name, limits, value):
    kind, low, high = limits[:3]
    expected = config.describe(name, kind, low, high)
    good = config.is_good(kind, value, low, high)
    if good and name == "path":
        expected = "a path such as com.acme/track"
        for c in value:
            good = good and "!" <= c <= "~" and c not in "?#"
    elif good and name == "retry_codes":
        expected = 'HTTP statuses such as {"503": false}'
        for status in value:
            good = good and config.is_digits(status, 3, 3) and "100" <= status <= "599"
            good = good and isinstance(value[status], bool)
    if not good:
        config.refuse(path, key, expected, value)


def check(path, data, changes):
    """The checked settings of config.json's `data` with these changes; ConfigError names a key."""
    new = dict(data)
    options = {}
    for name in changes:
        value = changes[name]
        if name in OPTIONS:
            _check_one(path, name, name, OPTIONS[name], value)
            options[name] = value
        elif name == "features":
            new["track"] = _track(path, data, value)
            options[name] = value
        else:
            new[name] = value
    config.check_changes(data, changes)
    settings = config.check(path, new)
    if "store_events" in options:
        # As `buffer_capacity` of an Emitter: a kilobyte for each. It makes no store larger.
        key = "store_bytes" if settings["store_bytes"] else "buffer_bytes"
        least = config.KEYS[""][key][1]
        settings[key] = max(least, min(settings[key], options["store_events"] * 1024))
    if "store_seconds" in options:
        settings["store"] = {"max_age": options["store_seconds"]}
    timeouts = [options.get(key, 1800) for key in ("foreground_seconds", "background_seconds")]
    if timeouts != [1800, 1800]:
        settings["session"] = timeouts
    transport: dict = {}
    settings["method"] = options.get("method", settings["method"])
    if "path" in options and settings["method"] != "get":
        transport["path"] = "/" + options["path"].lstrip("/")
        _check_length(path, settings, transport["path"])
    if "timeout_seconds" in options:
        transport["timeout"] = options["timeout_seconds"]
    if transport:
        settings["transport"] = transport
    if options:
        settings["remote_options"] = options
    return settings


# The transport takes no more of them; it would end each boot.
def _check_length(path, settings, own_path):
    from snowplow_tracker.transport.url import header_lines, split_url

    host = split_url(settings["collector"])[1]
    lines = header_lines(settings["extras"].get("headers") or {})
    if len(host) + len(own_path) + len(lines) > 1000:
        expected = "1000 bytes at most, with the collector's name and the headers"
        config.refuse(path, "path", expected, own_path)


# The config's `track`, with what is switched on and without what is switched off.
def _track(path, data, switches):
    known = config.KEYS[""]["track"]
    track = data.get("track", known[3])
    if not isinstance(track, list):
        return track  # the check of the config refuses it
    if not isinstance(switches, dict):
        config.refuse(path, "features", "an object", switches)
    track = [name for name in track if switches.get(name, True)]
    for name in switches:
        _check_one(path, "features." + name, "", _BOOL, switches[name])
        if switches[name] and name not in track:
            track.append(name)
    return track
