from collecting import empty, running  # noqa: F401
