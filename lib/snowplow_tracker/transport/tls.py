# Verified TLS: the collector's certificate must be signed by one of `roots`, bear the host's
# name and be valid today. On most boards mbedTLS speaks 1.2 only, and checks dates by the
# system's clock, which must therefore be set first (clock/).
import ssl

from .. import clock

_ADVICE = (
    "https: the certificates are missing that may sign the collector's: give "
    "roots= as DER bytes or the path of a DER file (openssl x509 -in root.pem -outform der "
    "-out root.der). verify=False would send to whoever answers"
)


class Tls:
    def __init__(self, host: str, roots: "bytes | str | None", verify: bool):
        self.host = host
        context = self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if verify and not roots:
            # A computer has certificates of its own; a board has none.
            if roots is not None or not hasattr(context, "load_default_certs"):
                raise ValueError(_ADVICE)
            context.load_default_certs()
            return
        if not verify:
            if hasattr(context, "check_hostname"):  # CPython
                context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # type: ignore[attr-defined]
            return
        context.verify_mode = ssl.CERT_REQUIRED  # type: ignore[attr-defined]
        if isinstance(roots, str):
            with open(roots, "rb") as file:
                roots = file.read()
        for root in _certificates(roots):
            context.load_verify_locations(cadata=root)

    def wrap(self, sock):
        """Begin TLS on a connected socket; the handshake comes with the first write."""
        return self._context.wrap_socket(
            sock, server_hostname=self.host, do_handshake_on_connect=False
        )

    def explain(self, text: str) -> str:
        """The text of a failure on one line, with what can be done about it."""
        text = " ".join(text.split())[:120]
        if not clock.known() and ("ertificate" in text or "CERT" in text):
            text += " (the clock is not set, so no certificate can be valid)"
        return text


def _certificates(data):
    # The DER certificates in a row of them: each begins 30 82 and its length.
    at = 0
    while at < len(data):
        if data[at : at + 2] != b"\x30\x82":
            raise ValueError("roots: expected certificates in DER, not PEM")
        end = at + 4 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data):
            raise ValueError("roots: the last certificate is cut short")
        yield bytes(data[at:end])
        at = end
