"""The command line: what is refused at the start, with what to do, and what is said."""

import asyncio
import errno
import http.client
import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import collecting
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from collecting import ROOT, Collector, collector, struct, unstruct, write_schema

from tools.collector import __main__ as program
from tools.collector import options, startup
from tools.collector.http import access


def refused(*arguments):
    """Return the message of a start that must fail with status 2 and without a traceback."""
    ended = subprocess.run(
        [sys.executable, "-m", "tools.collector", "--port", "0", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


def output(running):
    """End a collector; return what it printed after its first line, and check its errors.

    ``communicate()`` passes over what a ``readline()`` before has buffered.
    """
    running.connection.close()
    running.process.terminate()
    with running.process.stdout as out, running.process.stderr as errors:
        said = out.read()
        assert errors.read() == ""
    assert running.process.wait(120) == 0
    return said


# --- Who may read ---


def status(name, listens, allowed=(), path="/micro/all", method="GET", **headers):
    async def handler(request):
        return web.Response()

    check = access.middleware(None, listens, allowed)
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    request = make_mocked_request(method, path, headers={"Host": name, **headers})
    return asyncio.run(check(request, handler)).status


def test_names_that_docker_gives_are_ours_where_the_network_may_reach_us():
    for name in ("micro", "micro:9090", "snowplow_micro-1", "MICRO", "localhost", "10.0.0.3:9090"):
        assert status(name, "0.0.0.0") == 200
    # A name with a dot may be that of a site that leads its readers' browsers here.
    for name in ("evil.example", "micro.evil.example:9090", "", ":9090", "[", "micro."):
        assert status(name, "0.0.0.0") == 403
    for name in ("micro", "micro:9090"):  # A hostile network could give itself such a name
        assert status(name, "127.0.0.1") == 403
    assert status("evil.example", "0.0.0.0", path="/com.a/b") == 200


def test_no_page_of_another_site_may_reset_over_http():
    """Browsers send Sec-Fetch-Site only to https and to their own machine."""

    def reset(method, **headers):
        where = "192.168.1.5:9090", "0.0.0.0", ["proxy.example"], "/micro/reset"
        return status(*where, method, **headers)

    browser = {"User_Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    for origin in ("http://evil.example", "null", "", "http://192.168.1.5:8080", "http://["):
        assert reset("POST", **browser, Origin=origin) == 403
    for origin in ("http://192.168.1.5:9090", "https://proxy.example"):
        assert reset("POST", **browser, Origin=origin) == 200
    assert reset("GET", **browser) == 403  # It may be an image on any page
    assert reset("GET", **browser, Sec_Fetch_Site="none") == 200
    assert reset("GET", User_Agent="curl/8") == reset("GET") == reset("POST") == 200


def test_more_names_can_be_allowed(tmp_path):
    name = "micro.test.svc.cluster.local"
    assert status(name, "0.0.0.0", ["Micro.Test.svc.cluster.local"]) == 200
    with collector(tmp_path / "c.db", "--allow-host", name, "--allow-host", "micro") as running:
        for host in (name, f"{name.upper()}:9090", "micro", "127.0.0.1"):
            assert running.request("GET", "/micro/all", headers={"Host": host})[0] == 200
        code, _, text = running.request("GET", "/micro/all", headers={"Host": f"x.{name}"})
        assert code == 403 and b"--allow-host" in text


def test_no_token_is_needed_if_so_asked(tmp_path, capfd):
    assert access.token("0.0.0.0", "none") is None
    chosen = options.parse(
        ["--host", "0.0.0.0", "--token", "none", "--db", str(tmp_path / "c.db")]
    )
    program._print_addresses(chosen, 9090, None)
    said = capfd.readouterr().out
    assert "warning: --token none: whoever reaches this address" in said
    assert (
        "pandas.read_csv('http://127.0.0.1:9090/micro/readings')" in said
    )  # Nobody opens 0.0.0.0
    running = Collector(tmp_path / "c.db", "--token", "none")
    assert running.get("/micro/all")["total"] == 0
    assert "warning" not in output(running)  # Only this machine can reach it
    assert "or is none" in refused("--token", "short")


# --- Schemas ---


def test_schemas_in_the_wrong_folder(tmp_path):
    uri = "iglu:com.example/reading/jsonschema/1-0-0"
    schemas = tmp_path / "my schemas"
    write_schema(schemas, uri, "{}")
    assert startup.schemas_mistake(schemas) is None
    for below in ("com.example", "com.example/reading", "com.example/reading/jsonschema"):
        message = startup.schemas_mistake(schemas / below)
        assert f"is too deep: name {schemas}, which has VENDOR/NAME" in message
    (tmp_path / "empty").mkdir()
    message = startup.schemas_mistake(tmp_path / "empty")
    assert "has no schema: put one at" in message and "/VENDOR/NAME/jsonschema/1-0-0" in message
    schemas.rename(tmp_path / "schemas")
    assert f"too high: name {tmp_path / 'schemas'}" in startup.schemas_mistake(tmp_path)
    assert "there is no directory" in startup.schemas_mistake(Path(f"{tmp_path}/schemas x"))
    assert "separated by a colon" in startup.schemas_mistake(Path(f"{tmp_path}/schemas x"))


def test_schemas_are_checked_at_the_start(tmp_path):
    assert "--schemas: it is empty" in refused("--schemas", "").replace("argument ", "")
    assert "collector: --schemas: " in refused("--schemas", str(tmp_path))
    write_schema(tmp_path / "a b")
    with collector(tmp_path / "c d.db", "--schemas", str(tmp_path / "a b")) as running:
        running.send(struct(e="ue", ue_pr=unstruct({"celsius": 1})))
        assert running.get("/micro/all")["good"] == 1


# --- Addresses ---


def test_an_address_that_it_cannot_listen_at(tmp_path):
    db = ("--db", str(tmp_path / "c.db"))
    message = refused("--host", "no-such-host.invalid", *db)
    assert "the name no-such-host.invalid is not known" in message and "0.0.0.0" in message
    message = refused("--host", "192.0.2.1", *db)  # For documentation: no machine has it
    assert "192.0.2.1 is no address of this machine" in message and "127.0.0.1" in message
    denied = OSError(errno.EACCES, "permission denied")
    assert "Ports below 1024" in startup.listen_mistake("127.0.0.1", 80, denied)


@pytest.mark.parametrize(
    "url",
    ["", "collector.example.com", "ftp://x", "http://", "https://x y", "http://x:99999", "http://é",
     "http://x:0", "https://me:secret@x", "https://x/?a=b", "https://x/#a", "http://[", "http://x\n"],
)  # fmt: skip
def test_no_target(url, capsys):
    with pytest.raises(SystemExit):
        options.parse(["--forward", url])
    error = capsys.readouterr().err
    assert "argument --forward: " in error and "secret" not in error.partition("error:")[2]


def test_a_target_that_is_the_collector_itself(tmp_path):
    assert "is this collector itself" in refused(
        "--port", "9191", "--forward", "http://localhost:9191"
    )
    itself = startup.forwards_to_itself
    assert itself("http://127.0.0.1", "127.0.0.1", 80)
    assert itself(f"https://{socket.gethostname()}", "0.0.0.0", 443)
    assert itself("http://[::1]:9090", "0.0.0.0", 9090)
    assert itself("http://192.168.1.5:9090", "192.168.1.5", 9090)
    assert not itself("http://127.0.0.1:9091", "127.0.0.1", 9090)
    assert not itself("http://collector.example.com:9090", "0.0.0.0", 9090)
    assert not itself("http://127.0.0.1:9090", "192.168.1.5", 9090)


def test_a_queue_that_cannot_be_used(tmp_path):
    (tmp_path / "c.db-forward").write_text("this is no database" * 100)
    db = ("--db", str(tmp_path / "c.db"))
    assert "c.db-forward as the queue" in refused("--forward", "http://127.0.0.1:1", *db)
    with collector(tmp_path / "c.db") as running:  # Without the option nobody needs it
        running.send(struct())


# --- The machine ---


@pytest.mark.parametrize("limit", ["-Sn 256", "-n 256"])
def test_few_open_files(tmp_path, monkeypatch, limit):
    """macOS allows 256, which can be raised; where it cannot, connections make room."""
    shell = tmp_path / "python"
    shell.write_text(f'#!/bin/sh\nulimit {limit} && exec "{sys.executable}" "$@"\n')
    shell.chmod(0o755)
    monkeypatch.setattr(collecting.sys, "executable", str(shell))
    running = Collector(tmp_path / "c.db")
    clients = []
    for number in range(300):
        client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
        client.request("GET", f"/i?e=se&p=iot&tv=1&se_ca=a&se_ac={number}")
        assert client.getresponse().read()
        clients.append(client)
    assert running.get("/micro/all")["good"] == 300
    for client in clients:
        client.close()
    said = "warning: only 256 files may be open here, so 156 boards can be connected at a time"
    assert (said in output(running)) == (limit == "-n 256")


def command(target, *variables):
    """Return the arguments that make would run the program of a target with."""
    # What a make gives to one that it runs, as these tests.
    inherited = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VENV")
    shown = subprocess.run(
        ["make", "-n", "-o", ".venv/.run", target, *variables],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in inherited},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    words = shlex.split(shown.replace("\\\n", " "))
    return words[words.index("-m") :]


def test_values_with_spaces_and_quotes_go_through_make():
    odd = "my dir/it's $HOME"
    found = command("collector", f"DB={odd.replace('$', '$$')}", "SCHEMAS=a b:c d",
                    "FORWARD=https://collector.example.com", "ARGS=--fault '503,30%'")  # fmt: skip
    assert found == ["-m", "tools.collector", "--db", odd, "--schemas", "a b:c d", "--forward",
                     "https://collector.example.com", "--fault", "503,30%"]  # fmt: skip
    assert command("deploy", "CONFIG=my config.json")[2:] == ["--config", "my config.json"]
