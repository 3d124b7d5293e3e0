"""The questions of `make provision` in a terminal: each answer is checked before the next."""

import getpass
import urllib.error
import urllib.request

from tools.collector.http.address import own_address
from tools.deploy import Stop, presets
from tools.provision import problem, put

# What a config needs, for the check of one that is not complete yet.
_REST = {"collector": "http://collector", "app_id": "app"}
_ASKED = ("board", "name", "wifi", "collector", "app_id")
KEEP = "(Enter: as it is)"


def ask_all(config, say=print, ask=input, secret=getpass.getpass):
    """Ask for what a board needs, with the values of the dict `config` as defaults.

    Returns the new config. ask and secret get the question and return the answer. Stop if there is
    a mistake in the config that no question is about.
    """
    asker = _Asker(_sound(config), say, ask, secret)
    names = ", ".join(presets.names())
    say(f"Boards with a preset of their pins: {names}")
    asker.about("board", "Which of them it is (Enter: another one)")
    asker.about("name", "The board's name, such as greenhouse")
    known = presets.apply(asker.config)[0]  # a preset may have Ethernet
    wired = known.get("ethernet") or known.get("cellular")
    if not wired and "networks" not in (known.get("wifi") or {}):
        asker.about("wifi.ssid", "The Wi-Fi's name")
        asker.about_secret("wifi.password", "Its password")
    address = own_address()
    here = f"http://{address}:9090" if address else None
    asker.about("collector", "The collector's address", here)
    asker.about("app_id", "The application's name in the pipeline", "garden")
    say(_reach(asker.config["collector"]))
    return asker.config


def _sound(config):
    # One whose answers are good so far, since each is checked with all others.
    if not problem("this", {**_REST, **config}):
        return config
    without = {key: config[key] for key in config if key not in _ASKED}
    said = problem("the config", {**_REST, **without})
    if said:
        raise Stop(said)
    return without


class _Asker:
    def __init__(self, config, say, ask, secret):
        self.config = config
        self._say, self._ask, self._secret = say, ask, secret

    def about(self, key, question, usual=None):
        now = _get(self.config, key)
        usual = usual if now is None else now
        while True:
            answer = self._ask(f"{question}{'' if usual is None else f' [{usual}]'}: ").strip()
            value = answer or usual
            if value is None and key in ("board", "name"):
                return
            if self._accept(key, value or ""):
                return

    def about_secret(self, key, question):
        now = _get(self.config, key)
        while True:
            # Spaces may be a part of it.
            answer = self._secret(f"{question}{'' if now is None else ' ' + KEEP}: ")
            if self._accept(key, answer or now or ""):
                return

    def _accept(self, key, value):
        config = put(self.config, key, value)
        tried = {**_REST, **config}
        if key == "wifi.ssid":
            tried = put(tried, "wifi.password", "")  # which is asked for next
        said = problem("this", tried)
        if said:
            self._say(f"  {said.removeprefix('this: ')}")
            return False
        self.config = config
        return True


def _get(config, dotted):
    for key in dotted.split("."):
        config = config.get(key) if isinstance(config, dict) else None
    return config


def _reach(url):
    """One line: whether a collector answers there, as seen from this computer."""
    try:
        with urllib.request.urlopen(url.rstrip("/") + "/health", timeout=5) as answer:
            if answer.status == 200:
                return f"A collector answers at {url}"
    except urllib.error.HTTPError as e:
        return f"Something answers at {url}, but not as a collector does: HTTP status {e.code}"
    except (OSError, ValueError) as e:
        why = getattr(e, "reason", e)
        return (
            f"No collector answers at {url} now ({why}). For one on this computer: "
            "make collector LISTEN=0.0.0.0"
        )
    return f"Something answers at {url}, but not as a collector does"
