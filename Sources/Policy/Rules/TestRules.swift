/// An entry of `tests:`: what holds for the test cases whose name matches; nil where the entry has no such key.
public struct TestRules: Hashable, Sendable {
  /// Over the runner's own test id; `*` also matches slashes.
  public var match: Glob
  public var networkAllow: [NetworkRule]?
  public var networkDeny: [NetworkRule]?
  public var processesAllow: [ProcessRule]?
  public var processesDeny: [ProcessRule]?
  public var processesMax: ProcessLimit?
  /// Where its lists stand, for violations that nothing allowed.
  public var processesAllowReference: RuleReference

  public init(
    match: Glob,
    processesAllowReference: RuleReference = RuleReference(text: "tests.processes.allow", source: "default")
  ) {
    self.match = match
    self.processesAllowReference = processesAllowReference
  }
}
