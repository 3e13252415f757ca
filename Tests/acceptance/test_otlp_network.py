"""Spans and logs over OTLP/HTTP: what a server gets, and what becomes of a run whose server is not well."""

import json
import socket
import ssl
import threading
import time
from email.utils import formatdate

import pytest
from conftest import BINARY, IN_NAMESPACE, run_plain
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from otlp_receiver import Answer, Authority, Receiver
from test_formats import parsed, spans_of

COMMAND = ["/bin/sh", "-c", "/bin/echo one; /bin/echo two"]
FILES = {"run.jsonl", "verdict.json", "junit.xml", "traces.jsonl", "logs.jsonl"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def authority(tmp_path):
    directory = tmp_path / "pki"
    directory.mkdir()
    return Authority(directory)


def settings(receiver: Receiver, **more: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url} | {f"OTEL_EXPORTER_OTLP_{key}": more[key] for key in more}


def assert_whole(finished) -> None:
    """Every other report is there, and the command's output too."""
    assert {path.name for path in finished.reports.iterdir()} >= FILES
    assert finished.run.is_complete
    assert finished.verdict["exitCode"] == 0
    assert len(spans_of(finished)) == len(finished.run.processes) + 1
    assert finished.stdout == b"one\ntwo\n"


def warnings(finished) -> list[str]:
    prefix = "process-tracer: warning: "
    return [line.removeprefix(prefix) for line in finished.stderr.splitlines() if line.startswith(prefix)]


def since_end(finished) -> float:
    """The seconds since the command's end."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - finished.run.end["time"] / 1e9


# What arrives


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_what_is_sent_is_what_the_files_hold(tool, protocol, compression):
    with Receiver() as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver, PROTOCOL=protocol, COMPRESSION=compression))
        assert_whole(finished)
        assert warnings(finished) == []
        assert receiver.spans() == spans_of(finished)
        assert {record.event_name for record in receiver.logs()} >= {"process_tracer.process.exec"}
        assert len(receiver.logs()) == sum(1 for _ in log_records(finished))
    for request in receiver.requests:
        assert request.headers.get("content-encoding", "none") == compression
        assert request.headers["user-agent"].startswith("process-tracer/")
        assert "OTel-OTLP-Exporter-Swift/" in request.headers["user-agent"]


def log_records(finished):
    for line in (finished.reports / "logs.jsonl").read_text().splitlines():
        for resource in json.loads(line)["resourceLogs"]:
            for scope in resource["scopeLogs"]:
                yield from scope["logRecords"]


def test_the_resource_and_scope_arrive(tool):
    with Receiver() as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver) | {"OTEL_SERVICE_NAME": "shop"})
        [request] = receiver.of("/v1/traces")
        [file] = parsed(finished.reports / "traces.jsonl", TracesData)
        assert list(request.message().resource_spans) == list(file.resource_spans)
        assert "shop" in {attribute.value.string_value for attribute in file.resource_spans[0].resource.attributes}


def test_a_large_run_is_many_requests(tool, workloads):
    with Receiver() as receiver:
        environment = settings(receiver) | {"OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "100"}
        finished = tool("test", workloads / "spawn-sequential", "600", environment=environment)
        assert receiver.spans() == spans_of(finished)
        assert [len(parsed_spans(request)) for request in receiver.of("/v1/traces")] == [512, 90]
        assert len(receiver.logs()) == sum(1 for _ in log_records(finished))
        assert len(receiver.of("/v1/logs")) == -(-len(receiver.logs()) // 100)


def parsed_spans(request):
    return request.message().resource_spans[0].scope_spans[0].spans


def test_headers_of_each_signal_are_sent(tool):
    with Receiver() as receiver:
        headers = {"HEADERS": "api-key=secret%2C1,X-Scope=all", "LOGS_HEADERS": "api-key=own"}
        tool("test", *COMMAND, environment=settings(receiver, **headers))
        [traces], [logs] = receiver.of("/v1/traces"), receiver.of("/v1/logs")
        assert (traces.headers["api-key"], traces.headers["x-scope"]) == ("secret,1", "all")
        assert (logs.headers["api-key"], logs.headers.get("x-scope")) == ("own", None)


def test_a_signals_own_endpoint_is_taken_as_it_is(tool):
    with Receiver() as receiver:
        environment = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{receiver.url}/v1/traces?token=1"}
        tool("test", *COMMAND, environment=environment)
        assert [request.path for request in receiver.requests] == ["/v1/traces?token=1"]


def test_the_option_wins_and_the_file_can_be_sent_later(tool, tmp_path):
    with Receiver() as receiver, Receiver() as other:
        finished = tool("test", *COMMAND, options=["--otlp-endpoint", receiver.url], environment=settings(other))
        sent = receiver.spans()
        assert sent == spans_of(finished) and other.requests == []
        replay = [BINARY, "report", finished.reports / "run.jsonl", "-v", "--otlp-endpoint", f"{other.url}/base/"]
        replayed = run_plain(*replay)
        assert replayed.returncode == 0, replayed.stderr
        assert [request.path for request in other.requests] == ["/base/v1/traces", "/base/v1/logs"]
        assert f"exported {len(sent)} spans to {other.url}/base/v1/traces" in replayed.stderr


def test_nothing_is_sent_where_no_endpoint_is_set(tool):
    # Would go to localhost:4318, the specification's default.
    finished = tool(
        "trace", BINARY, "test", "--", "/bin/true", prefix=IN_NAMESPACE,
        environment={"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
    )  # fmt: skip
    assert [flow for flow in finished.run.flows if flow.destination.endswith(":4318")] == []
    assert finished.code == 0


def test_a_disabled_sdk_sends_nothing(tool):
    with Receiver() as receiver:
        assert_whole(tool("test", *COMMAND, environment=settings(receiver) | {"OTEL_SDK_DISABLED": "true"}))
        assert receiver.requests == []


def test_the_exporters_own_socket_is_neither_recorded_nor_judged(tool):
    with Receiver() as receiver:
        options = ["--deny-net", "any", "--scope", "all"]
        finished = tool("test", *COMMAND, options=options, environment=settings(receiver))
        assert len(receiver.requests) == 2
        assert (finished.run.connections, finished.run.flows, finished.verdict["violations"]) == ([], [], [])


def test_the_export_comes_after_the_command_and_the_reports(tool, tmp_path):
    def look(request):
        seen.append((tmp_path / "reports-1/verdict.json").stat().st_size)
        return Answer()

    seen = []
    with Receiver(look) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver))
    assert finished.reports == tmp_path / "reports-1"
    assert seen == [(finished.reports / "verdict.json").stat().st_size] * 2


# TLS


def test_a_private_authority_is_trusted_by_its_file(tool, authority):
    with Receiver(tls=authority.context()) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver, CERTIFICATE=str(authority.certificate)))
        assert warnings(finished) == []
        assert receiver.spans() == spans_of(finished)


def test_an_unknown_authority_is_not_trusted(tool, authority):
    with Receiver(tls=authority.context()) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver))
        assert since_end(finished) < 8  # not tried again
        assert_whole(finished)
        [warning] = warnings(finished)
        assert "TLS: the server's certificate is not trusted: unable to get local issuer certificate" in warning
        assert receiver.requests == []


def test_a_certificate_for_another_name_is_not_trusted(tool, authority):
    with Receiver(tls=authority.context(names="DNS:elsewhere.example,IP:192.0.2.1")) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver, CERTIFICATE=str(authority.certificate)))
        assert_whole(finished)
        assert "TLS: the server's certificate is not trusted: IP address mismatch" in warnings(finished)[0]
        assert receiver.requests == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_large_run_goes_over_tls(tool, workloads, authority, version):
    context = authority.context()
    context.minimum_version = context.maximum_version = version
    with Receiver(tls=context) as receiver:
        environment = settings(receiver, CERTIFICATE=str(authority.certificate), COMPRESSION="gzip")
        finished = tool("test", workloads / "spawn-sequential", "600", environment=environment)
        assert warnings(finished) == []
        assert receiver.spans() == spans_of(finished)
        assert len(receiver.logs()) == sum(1 for _ in log_records(finished))


def test_a_server_without_tls_is_not_spoken_to(tool):
    with Receiver() as receiver:
        environment = settings(receiver) | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url.replace("http:", "https:")}
        finished = tool("test", *COMMAND, environment=environment)
        assert_whole(finished)
        [warning] = warnings(finished)
        assert "TLS: " in warning
        assert receiver.requests == []


def test_a_client_certificate_is_shown(tool, authority):
    certificate, key = authority.issue("client")
    with Receiver(tls=authority.context(asks_for_client=True)) as receiver:
        files = {"CERTIFICATE": authority.certificate, "CLIENT_CERTIFICATE": certificate, "CLIENT_KEY": key}
        environment = settings(receiver, **{name: str(path) for name, path in files.items()})
        finished = tool("test", *COMMAND, environment=environment)
        assert warnings(finished) == []
        assert receiver.spans() == spans_of(finished)
        without = tool("test", *COMMAND, environment=settings(receiver, CERTIFICATE=str(authority.certificate)))
        assert_whole(without)
        assert len(warnings(without)) == 1


@pytest.mark.parametrize("variable", ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"])
def test_missing_certificates_are_found_before_the_command(tool, authority, variable):
    certificate, key = authority.issue("client")
    files = {"CERTIFICATE": authority.certificate, "CLIENT_CERTIFICATE": certificate, "CLIENT_KEY": key}
    environment = {f"OTEL_EXPORTER_OTLP_{name}": str(path) for name, path in files.items()}
    environment[f"OTEL_EXPORTER_OTLP_{variable}"] = "/no/such.pem"
    options = ["--otlp-endpoint", "https://127.0.0.1:9"]
    finished = tool("test", *COMMAND, options=options, environment=environment, code=125)
    assert finished.stdout == b""
    assert f"OTEL_EXPORTER_OTLP_{variable} /no/such.pem: No such file or directory" in finished.stderr


@pytest.mark.parametrize(
    ("variable", "file", "words"),
    [
        ("CERTIFICATE", "client.key", "no certificate in PEM"),
        ("CLIENT_CERTIFICATE", "client.csr", "no certificate in PEM"),
        ("CLIENT_KEY", "client.pem", "no private key in PEM without a passphrase"),
        ("CLIENT_KEY", "locked.key", "no private key in PEM without a passphrase"),
        ("CLIENT_KEY", "other.key", "the key is not that of the certificate"),
    ],
)
def test_unusable_certificates_are_found_before_the_command(tool, authority, variable, file, words):
    certificate, key = authority.issue("client")
    authority.issue("other")
    authority.lock(key, "locked.key")
    files = {"CERTIFICATE": authority.certificate, "CLIENT_CERTIFICATE": certificate, "CLIENT_KEY": key}
    files[variable] = path = authority.directory / file
    environment = {f"OTEL_EXPORTER_OTLP_{name}": str(path) for name, path in files.items()}
    options = ["--otlp-endpoint", "https://127.0.0.1:9"]
    finished = tool("test", *COMMAND, options=options, environment=environment, code=125)
    assert finished.stdout == b""
    assert f"OTEL_EXPORTER_OTLP_{variable} {path}: {words}" in finished.stderr


# Servers that are not well


def test_a_busy_server_is_asked_again(tool):
    with Receiver(Answer(503), Answer(429), Answer()) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver))
        assert warnings(finished) == []
        assert [request.path for request in receiver.requests] == ["/v1/traces"] * 3 + ["/v1/logs"]
        assert len({request.body for request in receiver.of("/v1/traces")}) == 1
        first, second, third, _ = receiver.requests
        assert 0.4 < second.time - first.time < 2.5
        assert 0.7 < third.time - second.time < 3.5


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(tool, form):
    def answer(_):
        wait = "3" if form == "seconds" else formatdate(time.time() + 4, usegmt=True)
        return Answer(503, {"Retry-After": wait})

    with Receiver(answer, Answer()) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver))
        assert warnings(finished) == []
        first, second, *_ = receiver.of("/v1/traces")
        assert 2.5 < second.time - first.time < 6


def test_a_wait_that_is_too_long_is_not_begun(tool):
    with Receiver(Answer(503, {"Retry-After": "3600"})) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver), timeout=30)
        assert_whole(finished)
        [warning] = warnings(finished)
        assert "HTTP 503 Service Unavailable, asked to wait 3600 s, which is too long" in warning
        assert len(receiver.requests) == 1


@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_partial_success_is_told_and_not_sent_again(tool, protocol):
    def answer(request):
        if request.path == "/v1/traces":
            response = ExportTraceServiceResponse()
            response.partial_success.rejected_spans = 2
            response.partial_success.error_message = "span is too old\x1b[2J"
            words = {"partialSuccess": {"rejectedSpans": "2", "errorMessage": "span is too old\x1b[2J"}}
        else:
            response = ExportLogsServiceResponse()
            response.partial_success.error_message = "slow down"
            words = {"partialSuccess": {"errorMessage": "slow down"}, "unknown": 1}
        if protocol == "http/json":
            return Answer(headers={"Content-Type": "application/json"}, body=json.dumps(words).encode())
        return Answer(headers=PROTOBUF, body=response.SerializeToString())

    with Receiver(answer) as receiver:
        environment = settings(receiver, PROTOCOL=protocol)
        finished = tool("test", *COMMAND, environment=environment)
        assert_whole(finished)
        assert len(receiver.requests) == 2
        assert warnings(finished) == [
            f"{receiver.url}/v1/logs says: slow down",
            rf"{receiver.url}/v1/traces rejected 2 spans of 4: span is too old\x1b[2J",
        ]
        tool("test", *COMMAND, options=["--strict"], environment=environment, code=121)


def test_a_dead_server_costs_one_warning(tool):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        environment = {"OTEL_EXPORTER_OTLP_TIMEOUT": "3000"}
        finished = tool("test", *COMMAND, options=["--otlp-endpoint", url], environment=environment)
        assert since_end(finished) < 8
        assert_whole(finished)
        [warning] = warnings(finished)
        assert warning.startswith(f"cannot export to {url}: Connection refused")
        assert warning.endswith(f"; 4 spans and {sum(1 for _ in log_records(finished))} log records not sent")
        options = ["--strict", "--otlp-endpoint", url]
        tool("test", *COMMAND, options=options, environment={"OTEL_EXPORTER_OTLP_TIMEOUT": "100"}, code=121)


def test_a_server_that_never_answers_costs_a_bounded_time(tool):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        environment = {"OTEL_EXPORTER_OTLP_TIMEOUT": "1500", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        finished = tool("test", *COMMAND, environment=environment)
        assert 1.4 < since_end(finished) < 8
        assert_whole(finished)
        [warning] = warnings(finished)
        assert warning.startswith(f"cannot export to {url}: no answer in time; 4 spans and")


def test_a_slow_server_costs_a_bounded_time_in_all(tool, workloads):
    def slowly(_):
        time.sleep(0.3)
        return Answer()

    with Receiver(slowly) as receiver:
        environment = settings(receiver) | {
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "5", "OTEL_BSP_EXPORT_TIMEOUT": "1000", "OTEL_LOGS_EXPORTER": "none",
        }  # fmt: skip
        finished = tool("test", workloads / "spawn-sequential", "200", environment=environment)
        assert since_end(finished) < 8  # all of it would take 12 s
        [warning] = warnings(finished)
        assert " spans of 202 not sent" in warning
        assert 0 < len(receiver.spans()) < 202


def test_an_error_of_the_server_is_one_warning_and_no_second_attempt(tool):
    with Receiver(Answer(500, {"Content-Type": "application/json"}, b'{"code":13,"message":"disk full"}')) as receiver:
        finished = tool("test", *COMMAND, environment=settings(receiver))
        assert_whole(finished)
        [warning] = warnings(finished)
        assert warning.startswith(f"cannot export to {receiver.url}: HTTP 500 Internal Server Error: disk full; 4 spans")
        assert len(receiver.requests) == 2
        tool("test", *COMMAND, options=["--strict"], environment=settings(receiver), code=121)


def test_a_server_that_hangs_up_is_a_warning(tool):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            for _ in range(20):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(10)
                connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        environment = {"OTEL_EXPORTER_OTLP_TIMEOUT": "1000", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        finished = tool("test", *COMMAND, environment=environment)
        assert_whole(finished)
        assert len(warnings(finished)) == 1
        server.shutdown(socket.SHUT_RDWR)


def test_violations_keep_their_code_whatever_the_server_does(tool):
    with Receiver(Answer(500)) as receiver:
        finished = tool(
            "test", *COMMAND, options=["--deny-run", "echo"], environment=settings(receiver), code=120
        )  # fmt: skip
        assert finished.verdict["exitCode"] == 120


# Settings that cannot be followed


def test_grpc_is_one_clear_line(tool):
    with Receiver() as receiver:
        environment = settings(receiver, PROTOCOL="grpc")
        finished = tool("test", *COMMAND, environment=environment)
        assert_whole(finished)
        [warning] = warnings(finished)
        assert warning.startswith(
            "nothing is exported over the network: OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported: set http/protobuf"
        )
        tool("test", *COMMAND, options=["--strict"], environment=environment, code=121)
        asked = tool("test", *COMMAND, options=["--otlp-endpoint", receiver.url], environment=environment, code=125)
        assert asked.stdout == b""
        assert receiver.requests == []


@pytest.mark.parametrize("url", ["localhost:4318", "ftp://127.0.0.1", "http://"])
def test_what_is_no_endpoint_is_wrong_usage(tool, url):
    finished = tool("test", *COMMAND, options=["--otlp-endpoint", url], code=64)
    assert f"--otlp-endpoint {url}: expected http://HOST[:PORT][/PATH]" in finished.stderr


def test_secrets_are_not_repeated(tool):
    with Receiver(Answer(401)) as receiver:
        environment = settings(receiver, HEADERS="authorization=hunter2,broken hunter3")
        finished = tool("test", *COMMAND, options=["-v"], environment=environment)
        assert len(warnings(finished)) == 2
        assert "hunter" not in finished.stderr
