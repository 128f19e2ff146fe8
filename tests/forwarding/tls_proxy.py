"""A proxy that ends TLS before the web server, as in production, with a certificate of its own."""

from __future__ import annotations

import datetime
import http.client
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@contextmanager
def tls_proxy(behind: str, certificate: Path) -> Iterator[str]:
    """The https address of a proxy before the web server at ``behind``.

    Writes its ``certificate``, for whoever is to trust it.
    """
    key = _write_certificate(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(behind))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(behind: str) -> type[BaseHTTPRequestHandler]:
    address = urlsplit(behind)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # Set here, whatever the client sent: that is what makes it worth believing.
            kept = {"Content-Type", "X-Twilio-Signature", "Content-Length", "Host"}
            headers = {name: value for name, value in self.headers.items() if name in kept}
            headers["X-Forwarded-Proto"] = "https"
            inside = http.client.HTTPConnection(address.hostname or "", address.port, timeout=15)
            inside.request("POST", self.path, body, headers)
            answer = inside.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            inside.close()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test says what went wrong."""

    return Handler


def _write_certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret = path.with_suffix(".key")
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return secret
