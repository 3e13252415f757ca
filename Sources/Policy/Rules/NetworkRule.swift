/// One entry of a `network:` or `harness:` list.
public struct NetworkRule: Hashable, Sendable {
  public var spec: NetworkSpec
  public var scopes: RuleScopes
  /// Why the rule is there, for people.
  public var reason: String?
  /// The last day on which an allow rule holds.
  public var expires: CalendarDate?
  public var reference: RuleReference

  public init(
    spec: NetworkSpec, scopes: RuleScopes = RuleScopes(), reason: String? = nil, expires: CalendarDate? = nil,
    reference: RuleReference
  ) {
    self.spec = spec
    self.scopes = scopes
    self.reason = reason
    self.expires = expires
    self.reference = reference
  }
}

/// Who a network rule speaks about; every scope that is set must hold.
public struct RuleScopes: Hashable, Sendable {
  /// The program that connects.
  public var exe: ProgramPattern?
  /// A glob over its arguments joined by spaces.
  public var argv: Glob?
  /// Any of its ancestors.
  public var parent: ProgramPattern?
  public var user: UInt32?

  public init(
    exe: ProgramPattern? = nil, argv: Glob? = nil, parent: ProgramPattern? = nil, user: UInt32? = nil
  ) {
    self.exe = exe
    self.argv = argv
    self.parent = parent
    self.user = user
  }

  public var isEmpty: Bool { self == RuleScopes() }
}

/// The allow and deny lists that judge destinations.
public struct NetworkRules: Hashable, Sendable {
  public var allow: [NetworkRule] = []
  public var deny: [NetworkRule] = []
  /// What a violation points at when nothing allowed the destination: `network.allow` or `harness.allow`.
  public var allowReference: RuleReference

  public init(allowReference: RuleReference) {
    self.allowReference = allowReference
  }
}
