# The keys of the links ethernet and cellular; see config_keys.py, which has those of Wi-Fi.
PHY = (
    "dp83848",
    "ip101",
    "ksz8041",
    "ksz8081",
    "lan8670",
    "lan8710",
    "lan8720",
    "rtl8201",
    "w5500",
)
ETHERNET: dict = {
    "type": ("one", PHY, 1),
    "address": ("addresses", 4, 4, None),
    "hostname": ("text", 1, 32, None),
    "timeout": ("int", 5, 120, 20),
    "reset": ("pin", 0, 60, None),
}
# A PHY beside the MAC that an ESP32 has built in.
RMII: dict = {
    "phy_addr": ("int", 0, 31),
    "mdc": ("pin", 0, 60),
    "mdio": ("pin", 0, 60),
    "power": ("pin", 0, 60, None),
    "clock_pin": ("pin", 0, 60, None),
    "clock_mode": ("one", ("in", "out"), 1, "in"),
}
SPI: dict = {
    "sck": ("pin", 0, 60),
    "mosi": ("pin", 0, 60),
    "miso": ("pin", 0, 60),
    "cs": ("pin", 0, 60),
    "int": ("pin", 0, 60, None),
}
CELLULAR: dict = {
    "apn": ("text", 1, 100),
    "pin": ("text", 4, 8, None),
    "user": ("text", 1, 64, None),
    "password": ("text", 0, 64, None),
    "security": ("one", ("chap", "pap"), 1, "pap"),
    "number": ("text", 1, 32, "*99#"),
    "uart": ("int", 1, 2, 1),
    "tx": ("pin", 0, 60),
    "rx": ("pin", 0, 60),
    "baud": ("int", 9600, 921600, 115200),
    "reset": ("pin", 0, 60, None),
    "reset_level": ("int", 0, 1, 0),
    "key": ("pin", 0, 60, None),
    "key_level": ("int", 0, 1, 0),
    "power": ("pin", 0, 60, None),
    "timeout": ("int", 20, 300, 90),
}
