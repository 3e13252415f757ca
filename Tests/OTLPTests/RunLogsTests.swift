import OTLP
import Policy
import Testing
import Trace

@Suite struct RunLogsTests {
  @Test func tellsExecsExitsAndConnectionsInTheOrderOfTime() {
    let logs = RunFixture.pytest().logs()
    #expect(logs.count { $0.eventName == "process_tracer.process.exec" } == 4)
    #expect(logs.count { $0.eventName == "process_tracer.process.exit" } == 4)
    #expect(zip(logs, logs.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(logs.allSatisfy { $0.attributes["team"] == .string("net") })
  }

  @Test func everyLogIsOfTheSpanOfItsProcess() throws {
    let run = RunFixture.pytest()
    let spans = run.spans()
    for log in run.logs() {
      let span = try #require(spans.first { $0.spanID == log.spanID })
      #expect(span.traceID == log.traceID)
      #expect(span.attributes["process.pid"] == log.attributes["process.pid"])
      #expect(span.start <= log.time && log.time <= span.end)
    }
  }

  @Test func aConnectionTellsPeerServerErrorAndTest() throws {
    let log = try #require(RunFixture.pytest().logs().first { $0.eventName == "process_tracer.network.connect" })
    #expect(log.severity == .info)
    #expect(log.attributes["network.transport"] == .string("tcp"))
    #expect(log.attributes["network.type"] == .string("ipv4"))
    #expect(log.attributes["network.peer.address"] == .string("203.0.113.9"))
    #expect(log.attributes["network.peer.port"] == .int(443))
    #expect(log.attributes["server.address"] == .string("203.0.113.9"))
    #expect(log.attributes["error.type"] == .string("ECONNREFUSED"))
    #expect(log.attributes["process_tracer.network.bytes_sent"] == .int(5))
    #expect(log.attributes["process_tracer.network.duration_ns"] == .int(3000))
    #expect(log.attributes["process.executable.name"] == .string("curl"))
    #expect(log.attributes["test.case.name"] == .string("test_net.py::test_fetch"))
    #expect(log.attributes["process_tracer.attribution"] == .string("exact"))
  }

  @Test func anAcceptedConnectionHasItsPeerAsClient() throws {
    var run = RunFixture.pytest()
    run.trace.connections[0].direction = .accept
    run.trace.connections[0].local = Endpoint(address: IPAddress(high: 0x2001_0DB8_0000_0000, low: 1), port: 8080)
    let log = try #require(run.logs().first { $0.eventName == "process_tracer.network.accept" })
    #expect(log.attributes["client.address"] == .string("203.0.113.9"))
    #expect(log.attributes["client.port"] == .int(443))
    #expect(log.attributes["server.address"] == .string("2001:db8::1"))
    #expect(log.attributes["network.local.port"] == .int(8080))
  }

  @Test func anExitIsAnErrorWhereItsStatusIsOne() throws {
    let exits = RunFixture.pytest().logs().filter { $0.eventName == "process_tracer.process.exit" }
    #expect(exits.filter { $0.severity == .error }.map { $0.attributes["process.exit.code"] } == [.int(7)])
  }

  @Test func aViolationIsAnErrorAndInAuditModeAWarning() throws {
    let run = RunFixture.pytest()
    for (mode, severity) in [(Verdict.Mode.gate, LogRecord.Severity.error), (.enforce, .error), (.audit, .warn)] {
      let logs = RunLogs(run.trace, run.violated(mode))
      let log = try #require(logs.first { $0.eventName == "process_tracer.policy.violation" })
      #expect(log.severity == severity)
      #expect(log.attributes["security_rule.name"] == .string("network.allow"))
      #expect(log.attributes["security_rule.category"] == .string("network"))
      #expect(log.attributes["security_rule.ruleset.name"] == .string(".process-tracer.yml"))
      #expect(log.attributes["network.peer.port"] == .int(443))
      #expect(log.attributes["process_tracer.violation.count"] == .int(3))
      #expect(log.attributes["test.case.name"] == .string("test_net.py::test_fetch"))
    }
  }

  @Test func whatALostProcessDidIsOfTheRun() throws {
    var run = RunFixture.pytest()
    run.trace.connections[0].process = nil
    let log = try #require(run.logs().first { $0.eventName == "process_tracer.network.connect" })
    #expect(log.spanID == run.spans()[0].spanID)
    #expect(log.attributes["process.pid"] == .int(103))
  }
}
