"""Checks signatures on the VM: reads lines of JSON, {key, line, signature} in hex, and prints,
as one line of JSON, what the firmware says of each: true, false, or why the key is none."""

import json
import sys
from binascii import unhexlify

from firmware.on_demand import signature

found = []
for text in sys.stdin:
    case = json.loads(text)
    try:
        key = signature.modulus(unhexlify(case["key"]))
        line, signed = unhexlify(case["line"]), unhexlify(case["signature"])
        found.append(signature.is_signed(line, signed, key))
    except ValueError as e:
        found.append(str(e))
print(json.dumps(found))
