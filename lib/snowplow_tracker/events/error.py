# An exception as application_error; what is too long for the schema is cut. The end of a
# traceback, which tells where it happened, stays.
SCHEMA = "iglu:com.snowplowanalytics.snowplow/application_error/jsonschema/1-0-2"


def track(
    tracker,
    exception: BaseException,
    message: "str | None" = None,
    is_fatal: bool = False,
    thread_name: "str | None" = None,
    context=None,
    tstamp: "int | None" = None,
    event_subject=None,
) -> "str | None":
    """An exception; `message` in place of its own text."""
    if not isinstance(exception, BaseException):
        name = type(exception).__name__
        raise tracker.refuse(ValueError("exception: expected an exception, got " + name))
    pair = error(exception, message, is_fatal, thread_name)
    return tracker.track_self_describing_event(pair, context, tstamp, event_subject)


def error(
    exception: BaseException,
    message: "str | None" = None,
    is_fatal: bool = False,
    thread_name: "str | None" = None,
) -> "tuple[str, dict]":
    """(schema, data) of an exception."""
    trace = traceback(exception)
    file = line = None
    for text in trace.split("\n"):
        text = text.strip()
        if text.startswith('File "'):
            file, _, rest = text[6:].partition('"')
            line = rest.split(" line ")[-1].split(",")[0]
    name = type(exception).__name__
    if message is None:
        message = str(exception) or name
    return SCHEMA, {
        "programmingLanguage": "PYTHON",
        "message": str(message)[:2048],
        "exceptionName": name[:1024],
        "stackTrace": trace[-8192:],
        "fileName": file and file[:1024],
        "lineNumber": int(line) if line and line.isdigit() else None,
        "threadName": thread_name and thread_name[:1024],
        "isFatal": bool(is_fatal),
    }


def traceback(exception: BaseException) -> str:
    """The traceback as text, the last call at the end."""
    import sys

    if hasattr(sys, "print_exception"):
        from io import StringIO

        out = StringIO()
        sys.print_exception(exception, out)
        return out.getvalue()
    lines = []
    step = exception.__traceback__  # CPython
    while step:
        code = step.tb_frame.f_code
        place = (code.co_filename, step.tb_lineno, code.co_name)
        lines.append('  File "%s", line %d, in %s' % place)
        step = step.tb_next
    lines.append("%s: %s" % (type(exception).__name__, exception))
    return "\n".join(lines)
