# NMEA 0183: sentences of a GPS receiver.


def fields(line: bytes) -> list | None:
    """The fields of a sentence such as b"$GPRMC,...*6A" as text; None if it is not whole."""
    start = line.rfind(b"$")  # what came before may be the rest of another
    star = line.rfind(b"*")
    if start < 0 or star < start or len(line) - start > 120:
        return None
    check = 0
    for byte in line[start + 1 : star]:
        if not 32 <= byte < 127:
            return None
        check ^= byte
    if line[star + 1 : star + 3].upper() != b"%02X" % check:
        return None
    return line[start + 1 : star].decode().split(",")


def degrees(text: str, hemisphere: str) -> float | None:
    """Degrees of ddmm.mmmm and N, S, E or W."""
    at = text.find(".")
    digits = text[: at if at >= 0 else len(text)]
    if len(digits) not in (4, 5) or hemisphere not in ("N", "S", "E", "W"):
        return None
    value = int(text[: len(digits) - 2]) + float(text[len(digits) - 2 :]) / 60
    return -value if hemisphere in ("S", "W") else value
