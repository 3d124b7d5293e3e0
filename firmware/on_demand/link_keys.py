# The keys of the links ethernet and cellular; see config_keys.py, which has those of Wi-Fi. Their
# comments are in config.schema.json.
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
    "type": ("one", PHY, 1),  # the chip behind the socket
    "address": ("addresses", 4, 4, None),  # fixed: own address, mask, gateway, name server
    "hostname": ("bytes", 1, 32, None),  # the board's name in the network
    "timeout": ("int", 5, 120, 20),  # how long it waits for a cable and an address
    "reset": ("pin", 0, 60, None),  # the pin that resets the chip
}
# A PHY beside the MAC that an ESP32 has built in.
RMII: dict = {
    "phy_addr": ("int", 0, 31),  # the PHY's address
    "mdc": ("pin", 0, 60),  # the pin of its clock
    "mdio": ("pin", 0, 60),  # the pin of its data
    "power": ("pin", 0, 60, None),  # the pin that switches its supply or its oscillator
    "clock_pin": ("pin", 0, 60, None),  # the pin of the 50 MHz clock
    "clock_mode": ("one", ("in", "out"), 1, "in"),  # whether that clock comes in or goes out
}
SPI: dict = {
    "sck": ("pin", 0, 60),  # the clock line's pin
    "mosi": ("pin", 0, 60),  # the pin of the line to the chip
    "miso": ("pin", 0, 60),  # the pin of the line from the chip
    "cs": ("pin", 0, 60),  # the pin that selects the chip
    "int": ("pin", 0, 60, None),  # the pin of its interrupt
}
CELLULAR: dict = {
    "apn": ("text", 1, 100),  # the access point's name, which the provider tells
    "pin": ("text", 4, 8, None),  # the SIM's PIN
    "user": ("text", 1, 64, None),  # the user's name for that access point
    "password": ("text", 0, 64, None),  # the user's password
    "security": ("one", ("chap", "pap"), 1, "pap"),  # how the password is sent
    "number": ("text", 1, 32, "*99#"),  # the number to dial
    "uart": ("int", 1, 2, 1),  # which of the chip's UARTs
    "tx": ("pin", 0, 60),  # the pin that sends to the modem
    "rx": ("pin", 0, 60),  # the pin that receives from the modem
    "baud": ("int", 9600, 921600, 115200),  # bits per second
    "reset": ("pin", 0, 60, None),  # the pin that resets the modem
    "reset_level": ("int", 0, 1, 0),  # its level while it resets
    "key": ("pin", 0, 60, None),  # the pin of the modem's power key
    "key_level": ("int", 0, 1, 0),  # its level while it is pressed
    "power": ("pin", 0, 60, None),  # the pin that switches the modem's supply
    "timeout": ("int", 20, 300, 90),  # how long it dials
}
