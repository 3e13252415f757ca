import Policy
import Reports
import Testing
import Trace

@Suite struct ProcessTreeTests {
  let verdict = SampleRun.verdict([])

  @Test func showsWhoStartedWhomAndWhatTheyReached() {
    #expect(
      ProcessTree().text(SampleRun.trace(), verdict) == """
        uv(4200) uv run pytest · exit 0 · 899.0 ms
        └─ python3(4240) python3 -m pytest · exit 0 · 880.0 ms · runs pytest
           ├─ sh(4241) sh -c 'curl -s https://203.0.113.9/' · exit 0 · 100.0 ms · test test_net.py::test_fetch (exact)
           │  └─ curl(4242) curl -s https://203.0.113.9/ · exit 7 · 80.0 ms
           │        → tcp://203.0.113.9:443 · ECONNREFUSED · 2 times
           └─ sleep(4250) sleep 600 · still running · leaked · test test_net.py::test_fetch (exact)

        """)
  }

  @Test func countsWhatIsDeeperThanAsked() {
    let text = ProcessTree(depth: 2).text(SampleRun.trace(), verdict)
    #expect(text.split(separator: "\n").last == "      … 3 processes deeper")
    #expect(!text.contains("4241"))
  }

  @Test func aChainOfForksDeeperThanTheStackIsWhole() {
    var trace = SampleRun.trace()
    for number in 0..<5000 {
      SampleRun.add(&trace, pid: Int32(10_000 + number), parent: trace.processes.count - 1, ["x"], from: 400, to: 500)
    }
    let chunks = ProcessTree().chunks(trace, verdict)
    #expect(chunks.count > 3 && chunks.allSatisfy { $0.count < 100_000 })
    let text = ProcessTree().text(trace, verdict)
    #expect(text.split(separator: "\n").count { $0.contains(") x · exit 0") } == 5000)
  }

  @Test func connectionsOfLostProcessesAreNotLost() {
    var trace = SampleRun.trace()
    trace.connections[0].process = nil
    let text = ProcessTree().text(trace, verdict)
    #expect(
      text.hasSuffix("of processes whose records were lost:\n   pid 4242 → tcp://203.0.113.9:443 · ECONNREFUSED\n"))
  }

  @Test(arguments: [
    ("violations", ["uv", "python3", "sh", "curl"], 1), ("exe=sh", ["uv", "python3", "sh"], 2),
    ("test=*::test_fetch", ["uv", "python3", "sh", "curl", "sleep"], 0), ("test=none", [], 5),
  ])
  func onlyShowsWhatMatchesWithWhatLeadsThere(_ filter: String, _ names: [String], _ hidden: Int) throws {
    let tree = ProcessTree(only: [try ProcessFilter(filter)])
    let text = tree.text(SampleRun.trace(), SampleRun.verdict([SampleRun.violation()]))
    for name in ["uv", "python3", "sh", "curl", "sleep"] {
      #expect(text.contains("\(name)(") == names.contains(name), "\(name)")
    }
    #expect(text.contains("… \(hidden) process") == (hidden > 0))
  }

  @Test(arguments: ["violation", "test=", "exe=", "exe=bin/git", "pid=1"])
  func anUnknownFilterIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try ProcessFilter(text) }
  }

  @Test(arguments: [20, 40, 80])
  func linesFitTheTerminal(_ columns: Int) {
    let trace = SampleRun.trace(arguments: ["curl", String(repeating: "漢", count: 60)])
    let text = ProcessTree(usesColor: true, columns: columns).text(trace, verdict)
    #expect(text.contains("…"))
    for line in text.split(separator: "\n") {
      let plain = line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
      #expect(plain.count + plain.count { $0 == "漢" } <= columns, "\(plain)")
    }
  }

  @Test(arguments: SampleRun.hostile)
  func makesHostileNamesVisible(_ name: String) {
    var trace = SampleRun.trace(arguments: [name, name])
    trace.testCases[0].name = name
    #expect(ProcessTree().text(trace, verdict).isVisible)
  }
}
