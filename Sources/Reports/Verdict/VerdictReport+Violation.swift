import JSONWriting
import Policy
import Trace

extension VerdictReport {
  static func write(_ violation: Violation, of trace: Trace, into json: inout JSONWriter) {
    json.member("kind", violation.kind.rawValue)
    json.member(
      "rule",
      object: {
        $0.member("text", violation.rule.text)
        $0.member("source", violation.rule.source)
        $0.optional("line", violation.rule.line)
        $0.optional("column", violation.rule.column)
      })
    json.member(
      "test",
      object: {
        $0.optional("name", violation.testName)
        $0.member("level", violation.level.rawValue)
        $0.optional("runner", violation.testProcess?.runner)
        $0.optional("suite", violation.testProcess?.suite)
      })
    json.member("process", object: { writeProcess(of: violation, trace, into: &$0) })
    writeDestination(of: violation, into: &json)
    json.member("count", violation.count)
    json.member("firstTime", UnixTime(nanoseconds: trace.header.unixNanoseconds(violation.firstTime)).description)
    json.optional("result", violation.result)
    json.key("remedy")
    guard let remedy = violation.remedy else { return json.null() }
    json.object {
      $0.member("flag", remedy.flag)
      $0.member("yaml", remedy.yaml)
    }
  }

  private static func writeProcess(of violation: Violation, _ trace: Trace, into json: inout JSONWriter) {
    let start = trace.header.unixNanoseconds(violation.processIdentity.start)
    json.member("pid", violation.processIdentity.pid)
    json.member("start", UnixTime(nanoseconds: start).description)
    json.member("program", violation.program)
    json.optional("path", violation.programPath)
    json.member("arguments", violation.arguments)
    json.member("ancestry", violation.ancestry)
  }

  private static func writeDestination(of violation: Violation, into json: inout JSONWriter) {
    json.key("destination")
    guard violation.destination != nil || violation.endpoint != nil else { return json.null() }
    json.object {
      $0.optional("text", violation.destination)
      $0.optional("address", violation.endpoint?.address.description)
      $0.optional("port", violation.endpoint.map { Int($0.port) })
      $0.optional("protocol", violation.transport?.description)
      $0.optional("name", violation.name?.name)
      $0.optional("nameSource", violation.name?.source.rawValue)
    }
  }
}
