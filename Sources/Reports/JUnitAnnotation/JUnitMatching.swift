import Trace

/// Finds the test that a case of a JUnit file tells about.
struct JUnitMatching {
  /// A test with every execution that was seen of it.
  private struct Test {
    var runner: String
    var name: JUnitCaseName
    var file: String?
    /// Indices in `Trace.testCases`.
    var executions: [Int]
  }

  enum Match: Hashable {
    /// No test of that name was seen.
    case unknown
    /// It may be one of several.
    case ambiguous
    /// These executions, indices in `Trace.testCases`.
    case test([Int])
  }

  private struct Key: Hashable {
    var runner: String
    var suite: String?
    var name: String
  }

  private var tests: [Test] = []
  /// Indices in `tests`.
  private var byName: [JUnitCaseName: [Int]] = [:]
  private var byLastName: [String: [Int]] = [:]
  private let sessions: RunnerSessions

  init(_ trace: Trace) {
    sessions = RunnerSessions(trace)
    var indices: [Key: Int] = [:]
    for (index, testCase) in trace.testCases.enumerated() where testCase.kind == .test {
      let key = Key(runner: testCase.runner, suite: testCase.suite, name: testCase.name)
      if let known = indices[key] {
        tests[known].executions.append(index)
        continue
      }
      let name = JUnitCaseName(runner: testCase.runner, suite: testCase.suite, name: testCase.name)
      indices[key] = tests.count
      for name in [name] + JUnitCaseName.others(runner: testCase.runner, name: testCase.name) {
        byName[name, default: []].append(tests.count)
      }
      byLastName[name.name, default: []].append(tests.count)
      tests.append(Test(runner: testCase.runner, name: name, file: testCase.file, executions: [index]))
    }
  }

  /// - Parameter modified: when the file was last written, Unix time in nanoseconds.
  func match(_ testCase: JUnitFile.Case, modified: UInt64) -> Match {
    let name = JUnitCaseName(className: testCase.className, name: testCase.name)
    var found = byName[name] ?? []
    if found.isEmpty {
      found = (byLastName[name.name] ?? []).filter { name.isVariant(of: tests[$0].name, runner: tests[$0].runner) }
    }
    if found.count > 1, let file = testCase.file { found = found.filter { tests[$0].file == file } }
    guard let test = found.first else { return .unknown }
    guard found.count == 1 else { return .ambiguous }
    return sessions.executions(among: tests[test].executions, writing: modified).map(Match.test) ?? .ambiguous
  }
}

/// The sessions of a runner in a run: the same test may run in several, and each writes a file.
private struct RunnerSessions {
  /// By index in `Trace.testCases`: the outermost test process that it ran in, an index in `Trace.processes`.
  private var session: [Int: Int] = [:]
  /// When each was alive, Unix time in nanoseconds.
  private var lifetimes: [Int: ClosedRange<UInt64>] = [:]

  /// A file's time is taken from a clock that ticks no finer.
  private static let slack: UInt64 = 10_000_000

  init(_ trace: Trace) {
    let processes = Dictionary(
      trace.processes.enumerated().map { ($1.identity, $0) }, uniquingKeysWith: { first, _ in first })
    let runners = Dictionary(
      trace.testProcesses.map { ($0.process, $0.runner) }, uniquingKeysWith: { first, _ in first })
    for (index, testCase) in trace.testCases.enumerated() {
      guard let run = testCase.run, let process = processes[run.process],
        let outermost = trace.ancestry(of: process).last(where: { runners[$0] == testCase.runner })
      else { continue }
      session[index] = outermost
      let start = trace.processes[outermost].identity.start
      let end = trace.processes[outermost].end ?? trace.end?.time ?? start
      let first = trace.header.unixNanoseconds(start)
      lifetimes[outermost] = first - min(first, Self.slack)...max(first, trace.header.unixNanoseconds(end))
    }
  }

  /// Those of the session that wrote a file; nil where it may be one of several.
  func executions(among candidates: [Int], writing modified: UInt64) -> [Int]? {
    let found = Set(candidates.map { session[$0] })
    guard found.count > 1 else { return candidates }
    // Only one that was alive can have written it.
    let writers = found.filter { $0.flatMap { lifetimes[$0]?.contains(modified) } ?? true }
    guard writers.count == 1, let writer = writers.first else { return nil }
    return candidates.filter { session[$0] == writer }
  }
}
