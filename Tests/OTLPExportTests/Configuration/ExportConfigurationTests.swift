import Testing

@testable import OTLPExport

@Suite struct ExportConfigurationTests {
  private let base = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"]

  private func configuration(
    _ endpoint: String? = nil, _ environment: [String: String] = [:]
  ) throws -> ExportConfiguration {
    try ExportConfiguration(endpoint: endpoint, environment: environment)
  }

  @Test func nothingIsSentWithoutAnEndpoint() throws {
    let other = ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_HEADERS": "a=b", "OTEL_SERVICE_NAME": "x"]
    #expect(try configuration(nil, other).targets.isEmpty)
    #expect(try configuration(nil, ["OTEL_EXPORTER_OTLP_ENDPOINT": ""]).targets.isEmpty)
  }

  @Test func aBaseURLGetsThePathOfEachSignal() throws {
    let found = try configuration(nil, ["OTEL_EXPORTER_OTLP_ENDPOINT": "https://[2001:db8::1]:8443/in/?key=1"])
    #expect(
      found.targets.map(\.target.endpoint.target) == ["/in/v1/traces?key=1", "/in/v1/logs?key=1"])
    #expect(found[.logs]?.endpoint.description == "https://[2001:db8::1]:8443/in/v1/logs")
    #expect(found.targets.map(\.target.endpoint.description).allSatisfy { !$0.contains("key") })
    #expect(found[.logs]?.endpoint.isEncrypted == true)
  }

  @Test func aSignalsOwnURLIsTakenAsItIs() throws {
    var environment = base
    environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://tempo:4318"
    let found = try configuration(nil, environment)
    #expect(found[.traces]?.endpoint.description == "http://tempo:4318/")
    #expect(found[.logs]?.endpoint.description == "http://collector:4318/v1/logs")
    environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = nil
    #expect(try configuration(nil, environment).targets.map(\.signal) == [.traces])
  }

  @Test func theOptionWinsOverEveryEndpointOfTheEnvironment() throws {
    let environment = base.merging(["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://loki:1/x"]) { $1 }
    let found = try configuration("http://127.0.0.1:9", environment)
    #expect(found.targets.map(\.target.endpoint.origin) == ["http://127.0.0.1:9", "http://127.0.0.1:9"])
  }

  @Test(arguments: ["localhost:4318", "ftp://a", "http://", "http://a b", "grpc://a:4317", "http://a/#b"])
  func whatIsNoURLOfHTTPIsAnError(text: String) {
    let error = #expect(throws: ExportConfigurationError.self) { try configuration(text) }
    #expect(error?.description.contains("expected http://HOST") == true)
  }

  @Test func anotherAlphabetIsAnErrorThatSaysHowToWriteIt() {
    let error = #expect(throws: ExportConfigurationError.self) { try configuration("http://b\u{fc}cher.example") }
    #expect(error?.description.contains("in ASCII: the host as xn--") == true)
  }

  @Test func passwordsAreNotRepeated() {
    let error = #expect(throws: ExportConfigurationError.self) { try configuration("http://me:secret@a") }
    #expect(error?.description.contains("secret") == false)
    #expect(error?.description.contains("OTEL_EXPORTER_OTLP_HEADERS") == true)
  }

  @Test func grpcIsAnErrorThatNamesTheVariable() {
    let environment = base.merging(["OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "GRPC"]) { $1 }
    let error = #expect(throws: ExportConfigurationError.self) { try configuration(nil, environment) }
    #expect(error?.description.hasPrefix("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL=grpc is not supported") == true)
  }

  @Test func settingsOfASignalWinOverGeneralOnes() throws {
    let environment = base.merging([
      "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL": "http/protobuf",
      "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION": "none",
      "OTEL_EXPORTER_OTLP_TIMEOUT": "5000", "OTEL_EXPORTER_OTLP_LOGS_TIMEOUT": "250",
      "OTEL_EXPORTER_OTLP_HEADERS": "api-key=general", "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "api-key=own, b=%2C",
      "OTEL_EXPORTER_OTLP_CERTIFICATE": "/ca.pem", "OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE": "/logs.pem",
    ]) { $1 }
    let found = try configuration(nil, environment)
    let traces = try #require(found[.traces])
    let logs = try #require(found[.logs])
    #expect(traces.encoding == .json && logs.encoding == .protobuf)
    #expect(!traces.isCompressed && logs.isCompressed)
    #expect(traces.batchTimeout == .seconds(5) && logs.batchTimeout == .milliseconds(250))
    #expect(traces.headers.map(\.value) == ["general"])
    #expect(logs.headers.map(\.name) == ["api-key", "b"] && logs.headers.map(\.value) == ["own", ","])
    #expect(traces.tls.rootCertificates == "/ca.pem" && logs.tls.rootCertificates == "/logs.pem")
    #expect(found.warnings == [])
  }

  @Test func theBatchProcessorsVariablesBoundTheExport() throws {
    let environment = base.merging([
      "OTEL_BSP_EXPORT_TIMEOUT": "2000", "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE": "7", "OTEL_EXPORTER_OTLP_TIMEOUT": "60000",
    ]) { $1 }
    let found = try configuration(nil, environment)
    #expect(found[.traces]?.totalTimeout == .seconds(2))
    #expect(found[.traces]?.batchLimit == 512)
    #expect(found[.logs]?.totalTimeout == .seconds(60))
    #expect(found[.logs]?.batchLimit == 7)
  }

  @Test func whatCannotBeReadIsIgnoredAndSaid() throws {
    let environment = base.merging([
      "OTEL_EXPORTER_OTLP_PROTOCOL": "carrier-pigeon", "OTEL_EXPORTER_OTLP_COMPRESSION": "brotli",
      "OTEL_EXPORTER_OTLP_TIMEOUT": "soon", "OTEL_EXPORTER_OTLP_HEADERS": "ok=1,secret,a b=c",
      "OTEL_BSP_EXPORT_TIMEOUT": "-1", "OTEL_LOGS_EXPORTER": "smoke",
    ]) { $1 }
    let found = try configuration(nil, environment)
    #expect(found[.traces]?.encoding == .protobuf)
    #expect(found[.traces]?.batchTimeout == .seconds(10))
    #expect(found[.logs]?.headers.map(\.name) == ["ok"])
    #expect(
      found.warnings.map { String($0.prefix { $0 != ":" }) } == [
        "OTEL_EXPORTER_OTLP_PROTOCOL=carrier-pigeon is ignored", "OTEL_EXPORTER_OTLP_COMPRESSION=brotli is ignored",
        "entry 2 of OTEL_EXPORTER_OTLP_HEADERS is ignored", "entry 3 of OTEL_EXPORTER_OTLP_HEADERS is ignored",
        "OTEL_EXPORTER_OTLP_TIMEOUT=soon is ignored", "OTEL_BSP_EXPORT_TIMEOUT=-1 is ignored",
        "OTEL_LOGS_EXPORTER=smoke is ignored",
      ])
    #expect(!found.warnings.contains { $0.contains("secret") })
  }

  @Test func aDisabledSDKSendsNothing() throws {
    let disabled = base.merging(["OTEL_SDK_DISABLED": "TRUE"]) { $1 }
    #expect(try configuration(nil, disabled).targets.isEmpty)
    #expect(try configuration(nil, disabled).warnings == [])
    #expect(try configuration("http://a", disabled).warnings == ["nothing is exported: OTEL_SDK_DISABLED is true"])
    #expect(try configuration(nil, base.merging(["OTEL_SDK_DISABLED": "1"]) { $1 }).targets.count == 2)
  }

  @Test func aSignalOfAnotherExporterIsNotSent() throws {
    let none = base.merging(["OTEL_LOGS_EXPORTER": "none"]) { $1 }
    #expect(try configuration(nil, none).targets.map(\.signal) == [.traces])
    let list = base.merging(["OTEL_TRACES_EXPORTER": "console, otlp"]) { $1 }
    #expect(try configuration(nil, list).targets.map(\.signal) == [.traces, .logs])
  }

  @Test func aClientCertificateNeedsItsKey() throws {
    let lone = ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "/c.pem"]
    #expect(throws: ExportConfigurationError.self) { try configuration("https://a", lone) }
    #expect(try configuration("http://a", lone).targets.count == 2)
  }
}
