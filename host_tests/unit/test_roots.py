"""`roots` in a config: PEM becomes DER, and the chain of a collector is offered to choose from."""

import http.server
import io
import json
import ssl
import threading

import pytest
import trustme
from cryptography import x509

from tools.deploy import Stop, roots
from tools.deploy.user_config import check_config

CONFIG = {"app_id": "a", "wifi": {"ssid": "n", "password": "12345678"}}


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def project(tmp_path):
    """project(**config) -> the path of that config, in a folder of its own."""

    def write(**config):
        path = tmp_path / "config.json"
        path.write_text(json.dumps({"collector": "https://c", **CONFIG, **config}))
        return path

    return write


@pytest.fixture
def collector(authority):
    """The URL of an https server whose chain ends in `authority`."""
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = authority.create_child_ca().issue_cert("localhost", "127.0.0.1")
    leaf.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *args: None  # it is left after the handshake
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def der(authority):
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes()).public_bytes(
        roots.Encoding.DER
    )


def test_pem_and_der_beside_the_config_are_brought_as_der(project, authority, tmp_path):
    one = der(authority)
    for name, data, brought in (
        ("root.pem", authority.cert_pem.bytes(), one),
        ("root.crt", b"Bag Attributes\n" + authority.cert_pem.bytes() * 2, one * 2),
        ("root.der", one * 2, one * 2),
    ):
        (tmp_path / name).write_bytes(data)
        config = check_config(project(roots=name), tmp_path)
        assert [path for _, path in config.brought] == ["/root.der"]
        assert config.brought[0][0].read_bytes() == brought
        assert json.loads(config.path.read_text())["roots"].strip("/") == "root.der"
        (tmp_path / name).unlink()
    assert check_config(project(roots="on_the_board.der"), tmp_path).brought == []


@pytest.mark.parametrize(
    "spoil", [lambda d: d[:-10], lambda d: b"", lambda d: b"<html>", lambda d: d + b"x"]
)
def test_files_that_are_no_certificates(project, authority, tmp_path, spoil):
    (tmp_path / "root.der").write_bytes(spoil(der(authority)))
    with pytest.raises(Stop, match="has no certificates, or one that is damaged"):
        check_config(project(roots="root.der"), tmp_path)


def test_the_chain_is_shown_and_one_of_it_is_pinned(project, collector, tmp_path, capsys):
    asked = []

    def ask(question):
        asked.append(question)
        return "1"

    name = roots.choose(collector, tmp_path, ask)
    assert name == "collector_root.der" and len(asked) == 1
    shown = capsys.readouterr().out
    assert "This computer does NOT know them" in shown and "SHA-256 " in shown
    config = check_config(project(collector=collector, roots=name), tmp_path)
    assert config.brought[0][1] == "/collector_root.der"
    # It is one that a client verifies this collector with, and no leaf.
    pinned = x509.load_der_x509_certificate((tmp_path / name).read_bytes())
    assert pinned.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    context = ssl.create_default_context(cadata=pinned.public_bytes(roots.Encoding.PEM).decode())
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # as mbedTLS takes any that it is given
    port = int(collector.rpartition(":")[2])
    with roots.socket.create_connection(("127.0.0.1", port)) as plain:
        context.wrap_socket(plain, server_hostname="127.0.0.1").close()


def test_nothing_is_pinned_without_a_choice(collector, tmp_path):
    for answer in ("", "0", "9", "yes"):
        with pytest.raises(Stop, match="no certificate was chosen"):
            roots.choose(collector, tmp_path, lambda question, answer=answer: answer)
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_the_chain_is_named(project, collector, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Stop, match=r'write "roots": its name.*\n  1  .*SHA-256'):
        check_config(project(collector=collector), tmp_path)


def test_the_choice_is_written_into_the_config(project, collector, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "1")
    path = project(collector=collector)
    config = check_config(path, tmp_path)
    assert config.brought[0][1] == "/collector_root.der"
    assert json.loads(path.read_text())["roots"] == "collector_root.der"
    assert check_config(path, tmp_path).data == config.data


def test_a_collector_that_cannot_be_asked(project, tmp_path):
    with pytest.raises(Stop, match="roots is missing: .* Put its file .*cannot be asked"):
        check_config(project(collector="https://127.0.0.1:9"), tmp_path)
