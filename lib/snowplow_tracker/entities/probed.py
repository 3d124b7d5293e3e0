# An entity of whatever the board can tell about itself, collected once:
#
#   entities.add(probed("iglu:com.acme/board/jsonschema/1-0-0", mac=board.mac, rssi=board.rssi))
from ..self_describing import check_json


def probed(schema: str, **probes) -> "tuple[str, dict]":
    """(schema, data) of what each function returns; one that fails or has None is left out."""
    data = {}
    for name in probes:
        try:
            value = probes[name]()
            if value is not None:
                check_json(name, value)
                data[name] = value
        except Exception:
            pass
    return schema, data
