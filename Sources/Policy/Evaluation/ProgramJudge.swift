/// Judges one program by process rules.
struct ProgramJudge {
  let today: CalendarDate

  enum Decision: Hashable {
    case allowed
    /// - canBeAllowed: an allow rule would help; against a deny rule none does.
    case violation(RuleReference, canBeAllowed: Bool)
    /// Too little of the path is known to compare it with a rule.
    case undecided(RuleReference)
  }

  func judge(path: String, isCut: Bool, by rules: ProcessRules, standing: ProgramRun.Standing) -> Decision {
    var open: RuleReference?
    for rule in rules.deny {
      switch rule.program.match(path: path, isCut: isCut) {
      case .yes: return .violation(rule.reference, canBeAllowed: false)
      case .unknown: open = open ?? rule.reference
      case .no: break
      }
    }
    // What builds the tests is nobody's allow list; a program that is denied by name is denied there too.
    guard standing == .test, let allow = rules.allow else { return open.map { .undecided($0) } ?? .allowed }
    var expired: ProcessRule?
    for rule in allow {
      switch rule.program.match(path: path, isCut: isCut) {
      case .yes:
        guard let expires = rule.expires, expires < today else { return open.map { .undecided($0) } ?? .allowed }
        expired = expired ?? rule
      case .unknown:
        open = open ?? rule.reference
      case .no:
        break
      }
    }
    if let open { return .undecided(open) }
    if let expired, let date = expired.expires {
      return .violation(expired.reference.expired(on: date), canBeAllowed: true)
    }
    return .violation(rules.allowReference, canBeAllowed: true)
  }
}
