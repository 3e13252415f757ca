import JSONWriting
public import Policy
public import Trace

/// The run as one HTML page (`--html`), which opens from disk and needs no network.
///
/// The page's own script and style stand in it and are named by their hashes in its Content-Security-Policy; the run is
/// JSON in an element that is not executed, in which no `<` is left. So nothing that a program of the run is called can
/// become markup or script. https://www.w3.org/TR/CSP3/
public struct PageReport: Report {
  public init() {}

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    let findings = Finding.all(in: verdict)
    var output = ChunkBuffer()
    Self.writeHead(verdict.word(for: trace), into: &output)
    output.append(Self.body(trace, verdict, findings))
    output.append("<script type=\"application/json\" id=\"run\">")
    try output.finish(to: sink)
    try PageData(trace, verdict, findings).write { try sink(Self.withoutMarkup($0)) }
    output.append("</script>\n<script>\(pageScript)</script>\n</html>\n")
    try output.finish(to: sink)
  }

  private static func writeHead(_ word: String, into output: inout ChunkBuffer) {
    let policy = [
      "default-src 'none'", "script-src '\(pageScriptSource)'", "style-src '\(pageStyleSource)'",
      "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'",
    ]
    output.line("<!DOCTYPE html>")
    output.line(#"<html lang="en">"#)
    output.line(#"<meta charset="utf-8">"#)
    output.line(#"<meta http-equiv="Content-Security-Policy" content="\#(policy.joined(separator: "; "))">"#)
    output.line(#"<meta name="viewport" content="width=device-width, initial-scale=1">"#)
    output.line("<title>\(word) · process-tracer</title>")
    output.line("<style>\(pageStyle)</style>")
  }

  private static func body(_ trace: Trace, _ verdict: Verdict, _ findings: [Finding]) -> String {
    let word = verdict.word(for: trace)
    let style =
      switch word {
      case "FAILED": "failed"
      case "PASSED", "RECORDED": "passed"
      default: "warned"
      }
    let values = [
      "class": style, "word": word, "headline": verdict.headline(for: trace, findings: findings),
      "command": ShellQuoting.line(trace.header.command).cut(toBytes: PageData.textLimit), "totals": verdict.totals,
    ]
    // One pass from name to name: what a value holds is not looked at again.
    var text = ""
    var rest = Substring("\(pageBody)")
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      let name = rest[open..<close].drop { $0 == "{" }
      text += (values[String(name)] ?? "").visible.xmlEscaped
      rest = rest[close...].drop { $0 == "}" }
    }
    return text + rest + "\n"
  }

  /// JSON in which no `<` stands: in JSON it occurs in strings alone, where `\u003c` says the same.
  static func withoutMarkup(_ json: [UInt8]) -> [UInt8] {
    guard json.contains(UInt8(ascii: "<")) else { return json }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(json.count + 1024)
    for byte in json {
      if byte == UInt8(ascii: "<") { bytes += "\\u003c".utf8 } else { bytes.append(byte) }
    }
    return bytes
  }
}
