import MessageDigest
import Policy
import Trace

/// A line of the repository to show a finding at: CI pages hang findings on lines, which what ran does not have.
struct SourcePlace: Hashable {
  /// Relative to the working directory, in the form of a path.
  var path: String
  /// From 1.
  var line: Int

  /// The test's own file, where its name tells it; else the rule; else the policy file, where a rule would go.
  init(_ finding: Finding, _ trace: Trace, _ verdict: Verdict) {
    if let file = Self.testFile(finding.violation) {
      self.init(path: file, line: 1)
    } else if let line = finding.violation.rule.line,
      let path = Self.relative(finding.violation.rule.source, to: trace.header.workingDirectory)
    {
      self.init(path: path, line: line)
    } else {
      self = Self.policy(trace, verdict)
    }
  }

  private init(path: String, line: Int) {
    self.path = path
    self.line = line
  }

  /// Where the policy is, or would be.
  static func policy(_ trace: Trace, _ verdict: Verdict) -> SourcePlace {
    let paths = verdict.policies.lazy.compactMap { relative($0.path, to: trace.header.workingDirectory) }
    return SourcePlace(path: paths.first ?? ".process-tracer.yml", line: 1)
  }

  /// `tests/test_net.py` of `tests/test_net.py::test_fetch`: what pytest calls a node id starts with the file.
  private static func testFile(_ violation: Violation) -> String? {
    guard violation.testProcess?.runner == "pytest", let name = violation.testName else { return nil }
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasPrefix(":"), parts[0].hasSuffix(".py") else { return nil }
    return relative(String(parts[0]), to: "")
  }

  /// nil for what lies elsewhere, and for names that no path has.
  private static func relative(_ path: String, to directory: String) -> String? {
    var rest = path
    if path.hasPrefix("/") {
      guard !directory.isEmpty, path.hasPrefix(directory + "/") else { return nil }
      rest = String(path.dropFirst(directory.count + 1))
    }
    var components = rest.split(separator: "/", omittingEmptySubsequences: true)
    while components.first == "." { components.removeFirst() }
    guard !components.isEmpty, !components.contains(".."), !rest.hasSuffix("/"),
      !rest.unicodeScalars.contains(where: { $0.visibleEscape != nil || $0 == "\\" || $0 == ":" })
    else { return nil }
    return components.joined(separator: "/")
  }

  /// The path as an RFC 3986 relative reference.
  var uri: String {
    var text = ""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        text.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        text += digits.utf8.count < 2 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return text
  }
}

extension Finding {
  /// The same for the same finding in another run: of the test, the kind, the program and the destination.
  ///
  /// 64 hexadecimal digits.
  var fingerprint: String {
    let violation = violation
    let parts = [
      violation.kind.rawValue, test, violation.programPath ?? violation.program, violation.destination ?? "",
    ]
    return SHA256.hexadecimal(parts.joined(separator: "\u{0}").utf8)
  }
}
