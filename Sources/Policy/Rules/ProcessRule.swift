public import Audit

/// One entry of a `processes:` list.
public struct ProcessRule: Hashable, Sendable {
  public var program: ProgramPattern
  /// Why the rule is there, for people.
  public var reason: String?
  /// The last day on which an allow rule holds.
  public var expires: CalendarDate?
  public var reference: RuleReference

  public init(
    program: ProgramPattern, reason: String? = nil, expires: CalendarDate? = nil, reference: RuleReference
  ) {
    self.program = program
    self.reason = reason
    self.expires = expires
    self.reference = reference
  }
}

/// Which programs may run, and how many processes.
public struct ProcessRules: Hashable, Sendable {
  /// nil: any program may run.
  public var allow: [ProcessRule]?
  public var deny: [ProcessRule] = []
  /// The most processes that a test, or a test process outside its tests, may start.
  public var max: ProcessLimit?
  /// What ran and was reached when somebody last agreed to it; nil: nothing is compared.
  public var baseline: ProcessBaseline?
  /// What a violation points at when nothing allowed the program.
  public var allowReference: RuleReference

  public init(allowReference: RuleReference = RuleReference(text: "processes.allow", source: "default")) {
    self.allowReference = allowReference
  }

  public var isEmpty: Bool { allow == nil && deny.isEmpty && max == nil }
}

/// The baseline that a run is held against.
public struct ProcessBaseline: Hashable, Sendable {
  /// As the policy says it, relative to the policy file's directory.
  public var path: String
  public var reference: RuleReference
  public var baseline: Baseline

  public init(path: String, reference: RuleReference, baseline: Baseline) {
    self.path = path
    self.reference = reference
    self.baseline = baseline
  }
}

public struct ProcessLimit: Hashable, Sendable {
  public var count: Int
  public var reference: RuleReference

  public init(count: Int, reference: RuleReference) {
    self.count = count
    self.reference = reference
  }
}
