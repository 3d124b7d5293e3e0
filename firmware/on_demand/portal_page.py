# The page of the portal (portal.py), in the three states of a Provisioning. All that is not ours
# is escaped; no password is ever shown.
HEAD = (
    "HTTP/1.1 %s\r\nConnection: close\r\nCache-Control: no-store\r\nContent-Length: %d\r\n"
    "Content-Type: text/html; charset=utf-8\r\nX-Frame-Options: DENY\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src "
    "'unsafe-inline'; connect-src 'self'; form-action 'self'\r\n%s\r\n"
)
_PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1"><title>%s</title><style>body{font:16px '
    "sans-serif;max-width:26em;margin:1em auto;padding:0 1em}input,select,button{display:block;"
    "width:100%%;box-sizing:border-box;font:inherit;padding:.5em;margin:.2em 0 1em}"
    "[role=alert]{background:#fdd;padding:.5em}</style><h1>%s</h1>%s</html>"
)
_FORM = (
    '%s<form method="post" action="/"><input type="hidden" name="token" value="%s">'
    '<label>Wi-Fi network<select name="ssid">%s<option value=""%s>another one</option></select>'
    '</label><p><a href="/scan%s">Look for networks again</a></p><label>The name of another '
    'one<input name="other" value="%s" maxlength="32"></label><label>Its password<input '
    'name="password" type="password" maxlength="64" autocomplete="off"></label><label>Collector'
    '<input name="collector" value="%s" required maxlength="255" placeholder="http://192.168.1.10:9090">'
    '</label><label>Name of the board<input name="name" value="%s" maxlength="64"></label>'
    "<button>Try it</button></form>"
)
_TRYING = (
    "<p role=\"status\">Trying it. If your device leaves this board's Wi-Fi meanwhile, join it "
    "again.</p><script>setInterval(()=>fetch('/state'+location.search).then(r=>r.text()).then(t=>t"
    "=='trying'||location.replace('/'+location.search)).catch(()=>0),1000)</script>"
)
_KEPT = '<p role="status">It works, and is kept. The board restarts, and joins %s.</p>'


def _escaped(text):
    for c, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot"), ("'", "#39")):
        text = text.replace(c, "&%s;" % name)
    return text


def page(provisioning, token):
    """The page, as text."""
    name = _escaped(provisioning.point.name)
    return _PAGE % (name, name, _content(provisioning, token))


def _content(provisioning, token):
    shown = provisioning.shown
    if provisioning.state == "trying":
        return _TRYING
    if provisioning.state == "kept":
        return _KEPT % _escaped(shown["ssid"])
    options = ""
    other = shown.get("ssid", "")
    for name, signal, locked in provisioning.networks:
        if name == other:
            other = ""
        options += '<option value="%s"%s>%s (%d dBm%s)</option>' % (
            _escaped(name),
            " selected" if name == shown.get("ssid") else "",
            _escaped(name),
            signal,
            "" if locked else ", open",
        )
    problem = provisioning.problem
    return _FORM % (
        '<p role="alert">%s</p>' % _escaped(problem) if problem else "",
        token,
        options,
        " selected" if other else "",
        "?" + token,
        _escaped(other),
        _escaped(shown.get("collector", "")),
        _escaped(shown.get("name", "")),
    )
