/// Turns the YAML of a policy file into a ``PolicyDocument``, noting every mistake on the way.
struct PolicyDecoder {
  let file: String
  private(set) var problems: [PolicyFileError] = []

  /// - Throws: ``PolicyError/file(_:)`` with all that is wrong.
  static func document(in bytes: [UInt8], file: String) throws(PolicyError) -> PolicyDocument {
    let root: YAMLNode?
    do {
      root = try YAMLReader.document(in: bytes)
    } catch {
      throw .file([
        PolicyFileError(
          file: file, line: error.mark.line, column: error.mark.column, key: nil, problem: error.problem)
      ])
    }
    var decoder = PolicyDecoder(file: file)
    let document = decoder.document(root)
    guard decoder.problems.isEmpty else { throw .file(decoder.problems) }
    return document
  }

  init(file: String) {
    self.file = file
  }

  private mutating func document(_ root: YAMLNode?) -> PolicyDocument {
    var document = PolicyDocument()
    let start = YAMLMark(line: 1, column: 1)
    guard let root else {
      fail(at: start, key: nil, "expected version: 1, found an empty file")
      return document
    }
    let keys = ["version", "mode", "network", "harness", "processes", "tests", "tests-may-widen", "extends", "reports"]
    let members = map(root, key: nil, known: keys)
    if members["version"] == nil, case .mapping = root.content {
      fail(at: root.mark, key: "version", "expected version: 1, found nothing")
    }
    if let node = members["version"], integer(node, key: "version", "1") != 1, problems.last?.key != "version" {
      fail(at: node.mark, key: "version", "expected 1, found \(node.kind)")
    }
    document.mode = members["mode"].flatMap { mode($0) }
    document.network = members["network"].map { networkRules($0, key: "network") }
    document.harness = members["harness"].map { networkRules($0, key: "harness") }
    document.processes = members["processes"].map { processRules($0) }
    document.tests = members["tests"].map { list($0, key: "tests").compactMap { testRules($0) } } ?? []
    document.testsMayWiden = members["tests-may-widen"].flatMap { boolean($0, key: "tests-may-widen") }
    document.extends =
      members["extends"].map { node in
        list(node, key: "extends").compactMap { item in
          string(item, key: "extends", "a path or the name of a shipped policy").map { ($0, item.mark) }
        }
      } ?? []
    document.reportsDirectory = members["reports"].flatMap { reports in
      map(reports, key: "reports", known: ["dir"])["dir"].flatMap { string($0, key: "reports.dir", "a directory") }
    }
    return document
  }

  private mutating func mode(_ node: YAMLNode) -> Verdict.Mode? {
    let expected = "audit, gate or enforce"
    guard let text = string(node, key: "mode", expected) else { return nil }
    if let mode = Verdict.Mode(rawValue: text) { return mode }
    fail(at: node.mark, key: "mode", "expected \(expected), found \(node.kind)")
    return nil
  }

  private mutating func testRules(_ node: YAMLNode) -> TestRules? {
    let members = map(node, key: "tests", known: ["match", "network", "processes"])
    guard case .mapping = node.content else { return nil }
    guard let match = members["match"] else {
      fail(at: node.mark, key: "tests.match", "expected a glob over test names, found nothing")
      return nil
    }
    guard let pattern = string(match, key: "tests.match", "a glob over test names") else { return nil }
    var rules = TestRules(match: Glob(pattern, slashSeparates: false))
    if let network = members["network"] {
      let lists = map(network, key: "tests.network", known: ["allow", "deny"])
      rules.networkAllow = lists["allow"].map { networkList($0, key: "tests.network.allow", denies: false) }
      rules.networkDeny = lists["deny"].map { networkList($0, key: "tests.network.deny", denies: true) }
    }
    if let processes = members["processes"] {
      let lists = map(processes, key: "tests.processes", known: ["allow", "deny", "max"])
      if let allow = lists["allow"] {
        rules.processesAllow = processList(allow, key: "tests.processes.allow", denies: false)
        rules.processesAllowReference = reference("tests.processes.allow", at: allow.mark)
      }
      rules.processesDeny = lists["deny"].map { processList($0, key: "tests.processes.deny", denies: true) }
      rules.processesMax = lists["max"].flatMap { limit($0, key: "tests.processes.max") }
    }
    return rules
  }

  // MARK: Mistakes

  mutating func fail(at mark: YAMLMark, key: String?, _ problem: String) {
    problems.append(
      PolicyFileError(file: file, line: mark.line, column: mark.column, key: key, problem: problem))
  }

  func reference(_ text: String, at mark: YAMLMark) -> RuleReference {
    RuleReference(text: text, source: file, line: mark.line, column: mark.column)
  }
}
