import Foundation
import OTLP
import Policy
import Testing
import Trace

@Suite struct OTLPFilesTests {
  private func lines(_ run: RunFixture, logs: Bool = false) throws -> [[String: Any]] {
    var bytes: [UInt8] = []
    if logs {
      OTLPLogFile().write(run.trace, run.verdict) { bytes += $0 }
    } else {
      OTLPTraceFile().write(run.trace, run.verdict) { bytes += $0 }
    }
    #expect(bytes.last == UInt8(ascii: "\n"))
    return try bytes.split(separator: UInt8(ascii: "\n")).map { line in
      #expect(line.count < 1_048_576)
      return try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }
  }

  private func items(_ line: [String: Any], _ resources: String, _ scopes: String, _ items: String) throws
    -> [[String: Any]]
  {
    let resource = try #require((line[resources] as? [[String: Any]])?.first)
    #expect(resource["schemaUrl"] as? String == "https://opentelemetry.io/schemas/1.44.0")
    let scope = try #require((resource[scopes] as? [[String: Any]])?.first)
    #expect((scope["scope"] as? [String: String]) == ["name": "process-tracer", "version": "0.1.0"])
    return try #require(scope[items] as? [[String: Any]])
  }

  @Test func spansAreWrittenAsTheJSONMappingAsks() throws {
    let line = try #require(lines(.pytest()).first)
    let spans = try items(line, "resourceSpans", "scopeSpans", "spans")
    let curl = try #require(spans.first { $0["name"] as? String == "curl" })
    #expect((curl["traceId"] as? String) == "0af7651916cd43dd8448eb211c80319c")
    #expect((curl["spanId"] as? String)?.count == 16 && (curl["parentSpanId"] as? String)?.count == 16)
    #expect(curl["kind"] as? Int == 1)
    #expect(curl["startTimeUnixNano"] as? String == "1795393838000011000")
    #expect((curl["status"] as? [String: Any])?["code"] as? Int == 2)
    let attributes = try #require(curl["attributes"] as? [[String: Any]])
    let pid = attributes.first { $0["key"] as? String == "process.pid" }
    #expect(pid?["value"] as? [String: String] == ["intValue": "103"])
  }

  @Test func theResourceNamesTheToolAsItsSDK() throws {
    let line = try #require(lines(.pytest()).first)
    let resource = try #require((line["resourceSpans"] as? [[String: Any]])?.first?["resource"] as? [String: Any])
    let attributes = try #require(resource["attributes"] as? [[String: Any]])
    var values: [String: String] = [:]
    for attribute in attributes {
      values[attribute["key"] as? String ?? ""] = (attribute["value"] as? [String: String])?["stringValue"]
    }
    #expect(
      values == [
        "host.name": "ci-1", "os.type": "linux", "service.name": "unknown_service:process-tracer",
        "telemetry.sdk.name": "process-tracer", "telemetry.sdk.language": "swift", "telemetry.sdk.version": "0.1.0",
      ])
  }

  @Test func logsAreEvents() throws {
    let line = try #require(lines(.pytest(), logs: true).first)
    let records = try items(line, "resourceLogs", "scopeLogs", "logRecords")
    let connect = try #require(records.first { $0["eventName"] as? String == "process_tracer.network.connect" })
    #expect(connect["severityNumber"] as? Int == 9)
    #expect(connect["timeUnixNano"] as? String == "1795393838000012000")
    #expect(connect["observedTimeUnixNano"] as? String == connect["timeUnixNano"] as? String)
  }

  @Test func aLineHoldsAtMost512Items() throws {
    var run = RunFixture()
    run.add("root", parent: nil, from: 2000, to: 90_000)
    for _ in 0..<1200 { run.add("child", parent: 0, from: 3000, to: 4000) }
    #expect(try lines(run).map { try items($0, "resourceSpans", "scopeSpans", "spans").count } == [512, 512, 178])
  }

  @Test func longCommandLinesMakeMoreLinesNotLongerOnes() throws {
    var run = RunFixture()
    run.add("root", parent: nil, from: 2000, to: 90_000)
    for index in 0..<40 {
      run.add("child", parent: 0, from: 3000, to: 4000)
      run.trace.images[index].arguments = [String(repeating: "\u{1}", count: 10_000)]
    }
    let long = try lines(run)
    #expect(long.count > 2)
    #expect(try long.reduce(0) { try $0 + items($1, "resourceSpans", "scopeSpans", "spans").count } == 42)
    var largest = 0
    OTLPTraceFile().write(run.trace, run.verdict) { largest = max(largest, $0.count) }
    #expect(largest < 250_000)
  }

  @Test func hostileNamesStayText() throws {
    var run = RunFixture.pytest()
    let name = "\u{1B}[2J\"\\\u{0}\u{202E}\u{2028}]]>\n{"
    run.trace.images[3].path = "/tmp/\(name)"
    run.trace.images[3].arguments = [name]
    run.trace.header.attributes = [name: name]
    let spans = try items(lines(run)[0], "resourceSpans", "scopeSpans", "spans")
    #expect(spans.contains { $0["name"] as? String == name })
  }

  @Test func whatTheSinkThrowsEndsTheWriting() {
    struct Full: Error {}
    var calls = 0
    let run = RunFixture.pytest()
    #expect(throws: Full.self) {
      try OTLPTraceFile().write(run.trace, run.verdict) { _ in
        calls += 1
        throw Full()
      }
    }
    #expect(calls == 1)
  }
}
