"""`rp2040py` with its network pinned to this machine, as a program:

    python emulator.py DNS_PORT NTP_PORT <arguments of rp2040py>

Whatever address the guest connects to, the emulator's NAT opens 127.0.0.1 at that port. Of UDP
only name service and NTP pass, to the two ports here; the rest is dropped.
"""

import asyncio
import sys


def pin(nat, dns_port, ntp_port):
    """Patch the module `rp2040py.external.cyw43.nat`."""

    async def connect(host, port):
        return await asyncio.open_connection("127.0.0.1", port)

    class Reflector(nat.TcpReflector):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **{**options, "connect_fn": connect})

    class Relay(nat.UdpRelay):
        async def _relay(self, mac, ip, port, query, upstream, reply_ip, reply_port):
            to = {53: dns_port, 123: ntp_port}.get(reply_port)
            if to:
                pinned = ("127.0.0.1", to)
                await super()._relay(mac, ip, port, query, pinned, reply_ip, reply_port)

    nat.TcpReflector, nat.UdpRelay = Reflector, Relay


def main():
    from rp2040py.__main__ import main as emulate
    from rp2040py.external.cyw43 import nat

    pin(nat, int(sys.argv[1]), int(sys.argv[2]))
    sys.argv[1:3] = []
    return emulate()


if __name__ == "__main__":
    sys.exit(main())
