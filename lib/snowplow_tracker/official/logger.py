# The official tracker's logger, which is one of Python's `logging`. Here it writes lines to the
# console, from WARNING on. What a tracker does is written by its `log` (plugins/log.py).
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}


class Logger:
    """Writes lines to the console, from warnings on."""

    name = "snowplow_tracker"
    level = 30

    # Python's spelling, as scripts use it.
    def setLevel(self, level: "int | str") -> None:
        """Write what has this level or more: a number, or the name of logging's."""
        self.level = _LEVELS[level] if isinstance(level, str) else level

    def log(self, level: int, message: str, *args: object) -> None:
        """Write the message, with % of the arguments, if the level is on."""
        if level >= self.level:
            print("snowplow: " + (str(message) % args if args else str(message)))

    def debug(self, message: str, *args: object) -> None:
        """Write the message at the level DEBUG."""
        self.log(10, message, *args)

    def info(self, message: str, *args: object) -> None:
        """Write the message at the level INFO."""
        self.log(20, message, *args)

    def warning(self, message: str, *args: object) -> None:
        """Write the message at the level WARNING."""
        self.log(30, message, *args)

    def error(self, message: str, *args: object) -> None:
        """Write the message at the level ERROR."""
        self.log(40, message, *args)


logger = Logger()
