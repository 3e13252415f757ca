"""A server of OTLP/HTTP on loopback that answers as it is told and keeps what it got."""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from test_formats import with_binary_ids

MESSAGES = {"/v1/traces": ExportTraceServiceRequest, "/v1/logs": ExportLogsServiceRequest}


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    time: float

    def message(self):
        """The body as the official package reads it; unknown fields are an error."""
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        kind = MESSAGES[self.path.partition("?")[0]]
        if self.headers["content-type"] == "application/json":
            return json_format.ParseDict(with_binary_ids(json.loads(body)), kind())
        assert self.headers["content-type"] == "application/x-protobuf"
        message = kind.FromString(body)
        assert message.SerializeToString() == body  # nothing unknown, nothing out of order
        return message


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Receiver:
    """Answers `answers` in their order, the last one for ever after. An answer may be a function of the request."""

    def __init__(self, *answers: Answer | Callable[[Request], Answer], tls: ssl.SSLContext | None = None):
        self.requests: list[Request] = []
        self._answers = list(answers) or [Answer()]
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.path, headers, body, time.monotonic())
                answer = receiver._next(request)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that goes away is part of the tests

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def _next(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request) if callable(answer) else answer

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def spans(self) -> list:
        return [
            span
            for request in self.of("/v1/traces")
            for resource in request.message().resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def logs(self) -> list:
        return [
            record
            for request in self.of("/v1/logs")
            for resource in request.message().resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]


class Authority:
    """A private certificate authority with a server's and a client's certificate, made with openssl."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.certificate = directory / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                      "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip

    def issue(self, name: str, alternative: str | None = None) -> tuple[Path, Path]:
        """A certificate and its key."""
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        extensions = self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative}\n" if alternative else "basicConstraints=CA:FALSE\n")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                      "-days", "2", "-extfile", extensions.name, "-out", f"{name}.pem")  # fmt: skip
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def lock(self, key: Path, name: str) -> None:
        """Writes a key again, behind a passphrase."""
        self._openssl("pkey", "-in", key.name, "-aes256", "-passout", "pass:secret", "-out", name)

    def context(self, asks_for_client: bool = False, names: str = "IP:127.0.0.1") -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue("server", names))
        if asks_for_client:
            context.load_verify_locations(self.certificate)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)
