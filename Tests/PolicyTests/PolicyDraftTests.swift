import Testing
import Trace

@testable import Policy

@Suite struct PolicyDraftTests {
  private func trace(_ change: (inout TraceFixture) -> Void) -> Trace {
    var fixture = TraceFixture()
    change(&fixture)
    return fixture.trace
  }

  private func load(_ text: String) throws -> Policy {
    let files = PolicyFiles(read: { _ in Array(text.utf8) }, exists: { _ in true })
    return try PolicyLoader.load(path: "p.yml", files: files)
  }

  private func example() -> Trace {
    trace { fixture in
      let test = fixture.inTest("test_net.py::test_a")
      let git = fixture.add("/usr/bin/git", parent: TraceFixture.pytest, attribution: test)
      fixture.connect(git, to: "203.0.113.9", attribution: test)
      fixture.connect(TraceFixture.pytest, to: "2001:db8::1", 53, protocol: .udp)
      fixture.connect(TraceFixture.pytest, to: "127.0.0.1", 80)
      fixture.connect(TraceFixture.make, to: "198.51.100.7", 443)
    }
  }

  @Test func writesOneRuleALineWithWhoNeededIt() {
    let draft = PolicyDraft([example()])
    #expect(
      draft.text == """
        version: 1
        network:
          allow:
            - "tcp://203.0.113.9:443"  # test_net.py::test_a, git
            - "udp://[2001:db8::1]:53"  # python3
        processes:
          allow:
            - "git"  # test_net.py::test_a, git

        """)
  }

  @Test func theRunPassesByItAndByNoLineLess() throws {
    let run = example()
    let text = PolicyDraft([run]).text
    #expect(try load(text).evaluate(run).exitCode == 0)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for index in lines.indices where lines[index].contains("    - ") {
      var fewer = lines
      fewer.remove(at: index)
      #expect(try load(fewer.joined(separator: "\n")).evaluate(run).exitCode == 120, "without \(lines[index])")
    }
  }

  @Test func marksWhatNotAllRunsNeeded() {
    let text = PolicyDraft([example(), trace { _ in }]).text
    #expect(text.contains(#"- "git"  # flaky: in 1 of 2 runs; test_net.py::test_a, git"#))
  }

  @Test func aRunThatNeedsNothingGetsEmptyLists() throws {
    let run = trace { _ in }
    let text = PolicyDraft([run]).text
    #expect(text == "version: 1\nnetwork:\n  allow: []\nprocesses:\n  allow: []\n")
    #expect(try load(text).evaluate(run).exitCode == 0)
  }

  @Test func aTestsNameCannotEndItsComment() throws {
    let run = trace { fixture in
      fixture.connect(TraceFixture.pytest, to: "203.0.113.9", attribution: fixture.inTest("a\n- any\u{2028}\u{202e}b"))
    }
    let text = PolicyDraft([run]).text
    #expect(text.split(separator: "\n").count == 6)
    #expect(try load(text).network.allow.count == 1)
  }
}
