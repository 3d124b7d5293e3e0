"""The links in config.json: what is good, and what the messages of the rest say."""

import pytest

from firmware.on_demand.config import ConfigError, check

OWN = {"collector": "http://127.0.0.1:9", "app_id": "garden"}
RMII = {"type": "lan8720", "phy_addr": 0, "mdc": 23, "mdio": 18}
W5500 = {"type": "w5500", "sck": 18, "mosi": 19, "miso": 16, "cs": 17}
WIFI = {"ssid": "barn", "password": "hay and straw"}
CELLULAR = {"apn": "internet", "tx": 27, "rx": 26}


def links(**config):
    return check("config.json", {**OWN, **config})["links"]


def test_the_order_is_ethernet_wifi_cellular_unless_it_is_told():
    assert links() == []
    kinds = [kind for kind, _ in links(wifi=WIFI, cellular=CELLULAR, ethernet=RMII)]
    assert kinds == ["ethernet", "wifi", "cellular"]
    found = links(wifi=WIFI, ethernet=W5500, links=["wifi", "ethernet"])
    assert [kind for kind, _ in found] == ["wifi", "ethernet"]


def test_no_message_has_the_user_of_a_sim():
    with pytest.raises(ConfigError, match="cellular.user: expected a text") as caught:
        links(cellular=dict(CELLULAR, user="me" * 40, password="secret"))
    assert "meme" not in str(caught.value)


def test_defaults():
    ((_, rmii),) = links(ethernet=RMII)
    assert rmii == {
        "type": "lan8720", "phy_addr": 0, "mdc": 23, "mdio": 18, "power": None, "reset": None,
        "clock_pin": None, "clock_mode": "in", "address": None, "hostname": None, "timeout": 20,
    }  # fmt: skip
    ((_, w5500),) = links(ethernet=W5500)
    assert w5500["reset"] is w5500["int"] is None and "phy_addr" not in w5500
    ((_, cellular),) = links(cellular=CELLULAR)
    assert (cellular["number"], cellular["baud"], cellular["timeout"]) == ("*99#", 115200, 90)


@pytest.mark.parametrize("config, words", [
    ({"ethernet": {}}, "ethernet.type: expected the chip behind the socket, one of dp83848, ip1"),
    ({"ethernet": []}, "ethernet: expected an object in braces, got a list"),
    ({"ethernet": {"type": "enc28j60"}}, "ethernet.type: expected the chip"),
    ({"ethernet": {"type": ["w5500"]}}, "ethernet.type: expected the chip"),
    ({"ethernet": {"type": "lan8720", "mdc": 23, "mdio": 18}},
     "ethernet.phy_addr is missing: a whole number from 0 to 31"),
    ({"ethernet": dict(RMII, sck=5)}, "unknown key ethernet.sck; known are address, clock_mode"),
    ({"ethernet": dict(RMII, phy_addr=32)}, "ethernet.phy_addr: expected a whole number from 0"),
    ({"ethernet": dict(RMII, clock_mode="out")}, "ethernet.clock_pin is missing: 0, 16 or 17"),
    ({"ethernet": dict(W5500, mdc=5)}, "unknown key ethernet.mdc"),
    ({"ethernet": {"type": "w5500"}}, "ethernet.cs is missing: a pin number"),
    ({"ethernet": dict(W5500, address=["10.0.0.2"])}, "ethernet.address: expected a list of own"),
    ({"cellular": {"tx": 1, "rx": 2}}, "cellular.apn is missing: a text of 1 to 100 characters"),
    ({"cellular": dict(CELLULAR, pin=1234)}, "cellular.pin: expected a text of 4 to 8 characters"),
    ({"cellular": dict(CELLULAR, pin="12a4")}, "cellular.pin: expected 4 to 8 digits"),
    ({"cellular": dict(CELLULAR, apn='a"b')}, "cellular.apn: expected a text without quotes"),
    ({"cellular": dict(CELLULAR, number="1\r2")}, "cellular.number: expected a text without"),
    ({"cellular": dict(CELLULAR, user="me")}, "cellular.password is missing: the one of the user"),
    ({"cellular": dict(CELLULAR, security="eap")}, "cellular.security: expected one of chap, pap"),
    ({"links": ["wifi"]}, "links: expected each link of the config once, the best first: none"),
    ({"links": ["wifi", "wifi"], "wifi": WIFI}, "links: expected each link of the config once"),
    ({"links": [], "wifi": WIFI, "ethernet": RMII}, "the best first: ethernet, wifi"),
    ({"links": ["lan"], "wifi": WIFI}, "links: expected a list of cellular, ethernet, wifi"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_key(config, words):
    with pytest.raises(ConfigError) as caught:
        links(**config)
    message = str(caught.value)
    assert message.startswith("config.json: ") and words in message and "\n" not in message


def test_no_secret_is_shown():
    for config in (dict(CELLULAR, password="secret" * 20), dict(CELLULAR, pin="12a45678")):
        with pytest.raises(ConfigError) as caught:
            links(cellular=config)
        assert "secret" not in str(caught.value) and "12a4" not in str(caught.value)
