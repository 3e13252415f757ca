import Trace

/// Judges one destination by one set of rules.
struct NetworkJudge {
  let destinations: DestinationMatch
  let scopes: FlowScopes
  let today: CalendarDate

  enum Decision {
    case allowed
    /// - canBeAllowed: an allow rule would help; against a deny rule none does.
    case violation(RuleReference, canBeAllowed: Bool)
  }

  /// - Parameter undecided: gets the deny rules that ask for what was not recorded.
  func judge(_ flow: Flow, by rules: NetworkRules, undecided: inout Set<RuleReference>) -> Decision {
    var open: [RuleReference] = []
    for rule in rules.deny where destinations.matches(rule.spec, flow, denies: true) {
      switch scopes.match(rule.scopes, flow, denies: true) {
      case .yes: return .violation(rule.reference, canBeAllowed: false)
      case .unknown: open.append(rule.reference)
      case .no: break
      }
    }
    let decision = judgeAllow(flow, by: rules)
    if case .allowed = decision { undecided.formUnion(open) }
    return decision
  }

  /// The rule that denies a lookup; lookups are allowed unless denied.
  ///
  /// - Parameter flow: the lookup as a destination, for the rule's scopes.
  func denial(
    of name: String, _ flow: Flow, by rules: NetworkRules, undecided: inout Set<RuleReference>
  ) -> RuleReference? {
    for rule in rules.deny {
      guard case .lookup(let pattern) = rule.spec.destination, pattern.matches(name) else { continue }
      switch scopes.match(rule.scopes, flow, denies: true) {
      case .yes: return rule.reference
      case .unknown: undecided.insert(rule.reference)
      case .no: break
      }
    }
    return nil
  }

  private func judgeAllow(_ flow: Flow, by rules: NetworkRules) -> Decision {
    if destinations.isAllowedByDefault(flow) { return .allowed }
    let isMetadata = MetadataAddresses.contains(flow.destination.address)
    var expired: NetworkRule?
    for rule in rules.allow where destinations.matches(rule.spec, flow) {
      guard !isMetadata || destinations.isNamed(by: rule.spec),
        scopes.match(rule.scopes, flow, denies: false) == .yes
      else { continue }
      if let expires = rule.expires, expires < today {
        expired = expired ?? rule
      } else {
        return .allowed
      }
    }
    if let expired, let date = expired.expires {
      return .violation(expired.reference.expired(on: date), canBeAllowed: true)
    }
    let metadata = RuleReference(text: DestinationKeyword.metadata.rawValue, source: "default")
    return .violation(isMetadata ? metadata : rules.allowReference, canBeAllowed: true)
  }
}

extension RuleReference {
  func expired(on date: CalendarDate) -> RuleReference {
    var reference = self
    reference.text += " (expired \(date))"
    return reference
  }

  /// `network.deny (policy.yml:3:5)`, for sentences.
  var place: String {
    guard let line, let column else { return "\(text.quotedForMessage) (\(source))" }
    return "\(text.quotedForMessage) (\(source):\(line):\(column))"
  }
}
