# Checks the links other than Wi-Fi, and their order. config.py loads it where they are named: what
# a board does not use costs it no RAM.
from firmware.on_demand.config import ConfigError, check_keys, is_digits
from firmware.on_demand.link_keys import CELLULAR, ETHERNET, PHY, RMII, SPI


def check_links(path, settings, ethernet, cellular, order):
    """All links as a list of (kind, options), the best first; settings has that of Wi-Fi."""
    found = dict(settings["links"])
    if ethernet is not None:
        found["ethernet"] = _ethernet(path, ethernet)
    if cellular is not None:
        found["cellular"] = _cellular(path, cellular)
    if order is None:
        order = [kind for kind in ("ethernet", "wifi", "cellular") if kind in found]
    elif sorted(order) != sorted(found):
        raise ConfigError(
            "%s: links: expected each link of the config once, the best first: %s"
            % (path, ", ".join(sorted(found)) or "none is there")
        )
    return [(kind, found[kind]) for kind in order]


def _ethernet(path, data):
    kind = data.get("type")
    if kind not in PHY:
        raise ConfigError(
            "%s: ethernet.type: expected the chip behind the socket, one of %s"
            % (path, ", ".join(PHY))
        )
    keys = dict(ETHERNET, **(SPI if kind == "w5500" else RMII))
    found = check_keys(path, "ethernet.", data, keys)
    if found.get("clock_mode") == "out" and found["clock_pin"] is None:
        raise ConfigError("%s: ethernet.clock_pin is missing: 0, 16 or 17" % path)
    return found


def _cellular(path, data):
    found = check_keys(path, "cellular.", data, CELLULAR)
    if found["user"] is not None and found["password"] is None:
        raise ConfigError("%s: cellular.password is missing: the one of the user" % path)
    if found["pin"] is not None and not is_digits(found["pin"], 4, 8):
        raise ConfigError("%s: cellular.pin: expected 4 to 8 digits as a text" % path)
    # They become part of a command to the modem.
    for key in ("apn", "number"):
        for c in found[key]:
            if not " " <= c <= "~" or c in '";':
                raise ConfigError(
                    "%s: cellular.%s: expected a text without quotes, semicolons, and what is not "
                    "ASCII" % (path, key)
                )
    return found
