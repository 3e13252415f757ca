import Foundation
import FoundationXML
import Policy
import Reports
import Testing
import Trace

@Suite struct JUnitReportTests {
  let trace = SampleRun.trace()

  @Test func failsACaseForEachFindingWithMessageAndText() throws {
    let file = try JUnitFile(
      JUnitReport().text(
        trace, SampleRun.verdict([SampleRun.violation(), SampleRun.program("git", test: "test_net.py::test_clone")])))
    #expect(file.suite["tests"] == "3" && file.suite["failures"] == "2" && file.suite["errors"] == "0")
    #expect(file.suite["time"] == "1.000" && file.suite["timestamp"] == "2026-11-23T00:30:38")
    #expect(file.suite["hostname"] == "ci-1")
    let case0 = file.cases[0]
    #expect(case0.attributes["classname"] == "process-tracer.network")
    #expect(case0.attributes["name"] == "test_net.py::test_fetch: curl → tcp://203.0.113.9:443")
    #expect(case0.failure["type"] == "process-tracer.unexpected-egress")
    #expect(
      case0.failure["message"]
        == "curl → tcp://203.0.113.9:443 is not in network.allow (2 times, ECONNREFUSED)")
    #expect(case0.text.contains("pid 4242 curl -s https://203.0.113.9/\n"))
    #expect(case0.text.contains("parent: sh(4241) ← python3(4240) ← uv(4200)\n"))
    #expect(case0.text.contains("policy: network.allow (.process-tracer.yml:4:3)\n"))
    #expect(case0.text.contains("allow with: --allow-net tcp://203.0.113.9:443\n"))
    #expect(file.cases[1].failure["message"] == "git ran and is denied by curl (--deny-run)")
    #expect(file.cases[1].text.contains("to allow it: remove curl from --deny-run"))
    #expect(file.properties["process_tracer.trace_id"] == "0af7651916cd43dd8448eb211c80319c")
    #expect(file.properties["process_tracer.policy.sha256"] == String(repeating: "ab", count: 32))
    #expect(file.cases.map { $0.attributes["name"] }.last == "evidence is complete")
  }

  @Test func aCleanRunHasPassingCases() throws {
    let file = try JUnitFile(JUnitReport().text(trace, SampleRun.verdict([])))
    #expect(
      file.cases.map { $0.attributes["name"] } == ["network policy", "process policy", "evidence is complete"])
    #expect(file.suite["failures"] == "0" && file.cases.allSatisfy { $0.failure.isEmpty && $0.error.isEmpty })
  }

  @Test func missingEvidenceIsAnErrorUnlessItWasAllowed() throws {
    let failed = try JUnitFile(JUnitReport().text(trace, SampleRun.incomplete()))
    #expect(failed.suite["errors"] == "1")
    #expect(failed.cases.last?.error["message"] == "3 exec records were lost and --deny-run needs every one")
    var allowed = SampleRun.incomplete()
    allowed.exitCode = 0
    let passed = try JUnitFile(JUnitReport().text(trace, allowed))
    #expect(passed.suite["errors"] == "0" && passed.cases.last?.error.isEmpty == true)
    #expect(passed.cases.last?.text.contains("incomplete: 3 exec records") == true)
  }

  @Test func auditPassesWithTheFindingInTheOutput() throws {
    let file = try JUnitFile(JUnitReport().text(trace, SampleRun.verdict([SampleRun.violation()], mode: .audit)))
    #expect(file.suite["failures"] == "0" && file.cases[0].failure.isEmpty)
    #expect(file.cases[0].text.contains("audit: curl → tcp://203.0.113.9:443 is not in network.allow"))
  }

  @Test func hostileNamesStayTextAndCasesStayUnique() throws {
    // Both become the same text once made visible.
    let names = SampleRun.hostile + ["a\u{1B}", #"a\x1b"#]
    let text = JUnitReport().text(trace, SampleRun.verdict(names.map { SampleRun.hostileViolation($0) }))
    #expect(text.isVisible)
    let file = try JUnitFile(text)
    #expect(file.suite["tests"] == String(file.cases.count))
    #expect(
      file.elements == ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out"])
    let keys = file.cases.map { "\($0.attributes["classname"] ?? "") \($0.attributes["name"] ?? "")" }
    #expect(Set(keys).count == keys.count)
  }

  @Test func arrivesInChunks() {
    let violations = (0..<2000).map { SampleRun.violation(destination: "tcp://[2001:db8::\($0)]:443") }
    let chunks = JUnitReport().chunks(trace, SampleRun.verdict(violations))
    #expect(chunks.count > 10)
    #expect(chunks.allSatisfy { $0.count < 100_000 })
  }
}

/// What a consumer of JUnit XML reads.
private final class JUnitFile: NSObject, XMLParserDelegate {
  struct Case {
    var attributes: [String: String]
    var failure: [String: String] = [:]
    var error: [String: String] = [:]
    var text = ""
  }

  var suite: [String: String] = [:]
  var properties: [String: String] = [:]
  var cases: [Case] = []
  var elements: Set<String> = []

  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.insert(name)
    switch name {
    case "testsuite": suite = attributes
    case "property": properties[attributes["name"] ?? ""] = attributes["value"]
    case "testcase": cases.append(Case(attributes: attributes))
    case "failure": cases[cases.count - 1].failure = attributes
    case "error": cases[cases.count - 1].error = attributes
    default: break
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    if !cases.isEmpty { cases[cases.count - 1].text += text }
  }
}
