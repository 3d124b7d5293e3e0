"""The collector with its page open: how many events a second it takes for a whole minute."""

import http.client
import itertools
import tempfile
import threading
import time
from pathlib import Path

from host_tests.bench.collector import BATCH, CONNECTIONS, ROOT, Running, event, wrapped
from host_tests.bench.collector_page import CHROMIUM, HAVE
from host_tests.outside import BROWSER_ARGUMENTS

SECONDS = 60
BOARDS = 5
FIGURES = {
    "collector_live_events_per_s": (
        "1/s",
        "the same for a minute, of 5 boards, with the page open, which shows all of them at last",
        ">= 2000",
    ),
}
if not HAVE:  # There is no page to open
    print("collector_live: left out, it needs Chromium and playwright")
    FIGURES = {}
_ID, _TIME = "00000000-0000-4000", "1700000000000"  # are replaced in each body


def run(machine):
    """Send as fast as the collector answers, then wait until the page shows the last event."""
    if not HAVE:
        return {}
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder, sync_playwright() as api:
        running = Running(Path(folder) / "c.db")
        browser = api.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGUMENTS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{running.port}/")
        page.wait_for_selector("#link:not(.waiting)")
        end, sent = time.perf_counter() + SECONDS, [0] * CONNECTIONS
        threads = [
            threading.Thread(target=_send, args=(running.port, end, sent, number))
            for number in range(CONNECTIONS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shown = f"document.getElementById('good').textContent.replace(/\\D/g, '') == {sum(sent)}"
        end = time.perf_counter() + SECONDS
        while not page.evaluate(shown):  # The page forbids what wait_for_function() does
            assert time.perf_counter() < end, page.inner_text("#counts")
            time.sleep(0.1)
        browser.close()
        running.stop()
    return {"collector_live_events_per_s": sum(sent) / SECONDS}


def _send(port, end, sent, number):
    """Send until ``end``; ``sent[number]`` counts the events. Every event has an id of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    template = _template(number)
    for batch in itertools.count():
        if time.perf_counter() > end:
            break
        prefix = f"{number:08x}-{batch:04x}-4000"
        now = str(int(time.time() * 1000))
        body = template.replace(_ID, prefix).replace(_TIME, now)
        connection.request("POST", "/com.snowplowanalytics.snowplow/tp2", body, headers)
        assert connection.getresponse().read() == b"ok"
        sent[number] += BATCH
    connection.close()


def _template(number):
    events = [
        {**event(f"board{(number + i) % BOARDS}", i, _TIME), "eid": f"{_ID}-8000-{i:012}"}
        for i in range(BATCH)
    ]
    return wrapped("payload_data", "1-0-4", events)
