extension TraceBuilder {
  mutating func add(_ event: MarkerEvent) {
    switch event.verb {
    case .begin, .thread: addTestCase(event, kind: .test)
    case .fixture: addTestCase(event, kind: .fixture)
    case .adapter:
      trace.adaptedProcesses.insert(event.process)
      adapterTexts[event.process] = MarkerText(event.text)
    case .phase:
      guard let index = trace.markedTestCases[event.test.id], MarkerText(event.text).checkpoint == nil else { return }
      trace.testCases[index].run?.phases.append(.init(name: event.text, start: event.time))
    case .end:
      guard let index = trace.markedTestCases[event.test.id], !parts.contains(event.test.id) else { return }
      let text = MarkerText(event.text)
      trace.testCases[index].run?.end = event.time
      trace.testCases[index].result = TestResult(rawValue: text.subject)
      trace.testCases[index].message = text["message"]
    }
  }

  private mutating func addTestCase(_ event: MarkerEvent, kind: TestCase.Kind) {
    let text = MarkerText(event.text)
    let allowed = (text["allow"] ?? "").split(separator: " ").map(String.init)
    if event.isPartOfTest, let index = trace.markedTestCases[event.previous.id] {
      trace.markedTestCases[event.test.id] = index
      trace.testCases[index].allowed += allowed
      parts.insert(event.test.id)
      return
    }
    // What its adapter said holds where the test says nothing else.
    let adapter = adapterTexts[event.process]
    var testCase = TestCase(
      runner: text["runner"] ?? adapter?["runner"] ?? "", suite: text["suite"] ?? adapter?["suite"],
      name: text.subject.isEmpty ? "(no name)" : text.subject,
      kind: kind)
    testCase.allowed = allowed
    testCase.parameters = text["parameters"]
    if let file = text["file"] { testCase.file = trace.header.relativePath(of: file) }
    testCase.line = text["line"].flatMap { Int($0) }
    append(testCase, run: TestCase.Run(id: event.test.id, process: event.process, start: event.time))
  }

  private mutating func append(_ testCase: TestCase, run: TestCase.Run) {
    guard trace.markedTestCases[run.id] == nil else { return }
    trace.markedTestCases[run.id] = trace.testCases.count
    trace.testCases.append(testCase)
    trace.testCases[trace.testCases.count - 1].run = run
  }

  /// Stands in for tests whose own marker was lost: what they did is still told apart.
  mutating func addUnnamedTestCases() {
    func stand(for test: TestMark, _ process: ProcessIdentity, _ time: BootInstant) {
      guard test.id != 0, trace.markedTestCases[test.id] == nil else { return }
      append(
        TestCase(runner: "", suite: nil, name: "(test \(test.id), its name was lost)"),
        run: TestCase.Run(id: test.id, process: process, start: time))
    }
    for process in trace.processes { stand(for: process.test, process.parentIdentity, process.identity.start) }
    for connection in trace.connections {
      stand(for: connection.test, connection.processIdentity, connection.attempt)
    }
    for flow in trace.flows { stand(for: flow.test, flow.processIdentity, flow.firstAttempt) }
    for lookup in trace.lookups { stand(for: lookup.test, lookup.processIdentity, lookup.first) }
    for image in trace.executedImages { stand(for: image.test, image.parentIdentity, image.firstTime) }
  }
}

extension RunHeader {
  /// An absolute path, as Swift's runners tell it, from the run's directory where it is below; others as they are.
  fileprivate func relativePath(of path: String) -> String {
    let prefix = workingDirectory + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }
}

extension MarkerEvent {
  /// Whether it begins no test of its own but a scope within the one that its thread was working for.
  var isPartOfTest: Bool {
    verb == .thread && previous.level == .exact && MarkerText(text)[MarkerText.scopeKey] != nil
  }
}

/// The text of a marker: a subject in the first line, then lines of `key=value`; lines of another form are passed over.
public struct MarkerText: Sendable {
  /// Of `begin` and `thread`: what follows can be asked about, by whoever knows the value.
  public static let scopeKey = "scope"

  public let subject: String
  private var values: [String: String] = [:]

  public init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    subject = lines.first.map(String.init) ?? ""
    for line in lines.dropFirst() {
      guard let equals = line.firstIndex(of: "=") else { continue }
      values[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
  }

  /// Of `phase`: a number that a question about the scope can name, instead of a phase.
  public var checkpoint: UInt64? { self["checkpoint"].flatMap { UInt64($0) } }

  /// nil where the key is absent or its value empty.
  public subscript(key: String) -> String? { values[key].flatMap { $0.isEmpty ? nil : $0 } }
}
