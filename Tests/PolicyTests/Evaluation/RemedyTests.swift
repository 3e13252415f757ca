import Testing
import Trace

@testable import Policy

/// The gate run with exactly what its violations propose passes.
@Suite struct RemedyTests {
  static let policies = [
    "", "network: { allow: [private] }", "harness: {}", "processes: { allow: [git] }",
    "tests: [{ match: \"t::*\", processes: { allow: [git] } }, { match: \"*\", processes: { allow: [sh] } }]",
    "network: { allow: [{ net: any, expires: 2020-01-01 }] }", "network: { allow: [any] }",
    "processes: { allow: [{ exe: \"/bin/*\", expires: 2020-01-01 }] }",
  ]

  private var trace: Trace {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.make, to: "203.0.113.1")
    for (index, test) in ["t::a", "t::b[x*y]", "u, \"v\""].enumerated() {
      for path in ["/usr/bin/git", "/bin/sh", "/opt/my tool,1/it's", "/opt/a*b", "/opt/\u{1}x "] {
        let process = fixture.add(path, parent: TraceFixture.pytest, attribution: fixture.inTest(test))
        fixture.connect(process, to: "203.0.113.9", UInt16(index))
        fixture.connect(process, to: "2001:db8::1", 53, protocol: .udp)
        fixture.connect(process, to: "169.254.169.254", 80)
        fixture.connect(process, to: "fd00:ec2::254", 80)
        fixture.connect(process, to: "203.0.113.7", 0, protocol: .icmp)
        fixture.connect(process, to: "203.0.113.7", 9, protocol: .sctp)
        fixture.connect(process, to: "203.0.113.8", 9, protocol: .mptcp)
      }
    }
    return fixture.trace
  }

  @Test(arguments: policies, [false, true])
  func flagsSuffice(_ yaml: String, strict: Bool) throws {
    var flags = PolicyFlags()
    flags.strict = strict
    let before = try policy(yaml, flags: flags).evaluate(trace)
    #expect(!before.violations.isEmpty)
    for violation in before.violations {
      let words = try shellWords(#require(violation.remedy).flag)
      switch words[0] {
      case "--allow-net": flags.allowNet.append(words[1])
      case "--allow-run": flags.allowRun.append(words[1])
      default: Issue.record("\(words)")
      }
    }
    let after = try policy(yaml, flags: flags).evaluate(trace)
    #expect(after.violations.map(\.remedy) == [])
    #expect(after.exitCode == 0)
  }

  @Test(arguments: policies)
  func policyLinesSuffice(_ yaml: String) throws {
    var contents = ["0.yml": "version: 1\n" + yaml]
    let before = try policy(yaml).evaluate(trace)
    for (index, violation) in before.violations.enumerated() {
      let line = try #require(violation.remedy).yaml
      contents["\(index + 1).yml"] = "version: 1\n\(line)\n"
    }
    // Side by side: a chain of extends has a limit.
    contents["all.yml"] =
      "version: 1\nextends: [" + (0...before.violations.count).map { "\($0).yml" }.joined(separator: ", ") + "]"
    let after = try PolicyLoader.load(path: "all.yml", files: .fake(contents)).evaluate(trace)
    #expect(after.violations.map(\.remedy) == [])
    #expect(after.exitCode == 0)
  }

  @Test func oneRemedyAllowsNothingElse() throws {
    var fixture = TraceFixture()
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9", 443)
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9", 80)
    fixture.connect(TraceFixture.pytest, to: "203.0.113.9", 443, protocol: .udp)
    var flags = PolicyFlags()
    flags.allowNet = ["tcp://203.0.113.9:443"]
    let verdict = try policy("", flags: flags).evaluate(fixture.trace)
    #expect(verdict.destinations == ["tcp://203.0.113.9:80", "udp://203.0.113.9:443"])
  }

  /// Splits at spaces outside single quotes, as a POSIX shell does.
  private func shellWords(_ line: String) -> [String] {
    var words = [""]
    var isQuoted = false
    var isEscaped = false
    for character in line {
      if isEscaped {
        words[words.count - 1].append(character)
        isEscaped = false
      } else if character == "'" {
        isQuoted.toggle()
      } else if character == "\\", !isQuoted {
        isEscaped = true
      } else if character == " ", !isQuoted {
        words.append("")
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }
}
