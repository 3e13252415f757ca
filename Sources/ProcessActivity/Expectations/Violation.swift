/// An expectation that does not hold, in words.
package struct Violation: Sendable {
  package var text: String
  package var place: CodePlace?
  /// False where all that speaks against the expectation is not known to be the scope's own.
  package var isExact: Bool
}

/// What is made of evidence that is not known to be the test's own.
public enum InexactEvidence: String, Sendable {
  /// A warning, which fails nothing.
  case warns
  case fails
  case isIgnored
}

/// Compares expectations with what happened. Pure.
package struct ExpectationCheck {
  private let activity: Activity
  // What is exact, then what is not.
  private let processes: [Activity.Process]
  private let connections: [Activity.Connection]
  private let lookups: [Activity.Lookup]
  private let listeners: [Activity.Listener]

  package init(_ activity: Activity) {
    self.activity = activity
    processes = activity.processes + activity.notExact.processes
    connections = activity.connections + activity.notExact.connections
    lookups = activity.lookups + activity.notExact.lookups
    listeners = activity.listeners + activity.notExact.listeners
  }

  package func violations(_ expectations: [ActivityExpectation], _ queries: ActivityQueries) -> [Violation] {
    guard activity.isObserved else { return [] }
    var violations: [Violation] = []
    if let missing { violations.append(missing) }
    if let egress = egress(expectations, queries) { violations.append(egress) }
    for (expectation, places) in zip(expectations, queries.places) {
      if let violation = violation(expectation, places) { violations.append(violation) }
    }
    return violations
  }

  /// Nothing passes that was not seen whole.
  private var missing: Violation? {
    var reasons: [String] = []
    if activity.lost > 0 { reasons.append("the kernel could not keep \(activity.lost) records or entries meanwhile") }
    if activity.omitted > 0 { reasons.append("\(activity.omitted) items over 10,000 were left out") }
    if !activity.isWhole { reasons.append("the end of the scope was not seen") }
    guard !reasons.isEmpty else { return nil }
    return Violation(
      text: "the evidence is incomplete: \(reasons.joined(separator: ", "))", place: nil, isExact: true)
  }

  // MARK: Egress

  private func egress(_ expectations: [ActivityExpectation], _ queries: ActivityQueries) -> Violation? {
    var place: CodePlace?
    var isForbidden = false
    var title = "expected no egress"
    var allowed: Set<Int> = []
    for (expectation, places) in zip(expectations, queries.places) {
      switch expectation.kind {
      case .noEgress:
        place = expectation.place
        isForbidden = true
      case .allowsEgress(let destinations):
        if !isForbidden { place = expectation.place }
        isForbidden = true
        allowed.formUnion(places)
        title = "expected no egress but to \(destinations.joined(separator: ", "))"
      default: continue
      }
    }
    guard isForbidden else { return nil }
    let found = connections.egress.filter { allowed.isDisjoint(with: $0.queries) }
    return violation(title, found, place)
  }

  // MARK: The others

  private func violation(_ expectation: ActivityExpectation, _ places: [Int]) -> Violation? {
    let place = expectation.place
    switch expectation.kind {
    case .noEgress, .allowsEgress: return nil
    case .spawns(let match, let times): return spawns(match, times, places, place)
    case .spawnsNothing: return violation("expected no process", processes, place)
    case .spawnsOnly(let programs):
      let others = processes.filter { $0.didExecute && $0.queries.allSatisfy { !places.contains($0) } }
      return violation("expected no other program than \(programs.joined(separator: ", "))", others, place)
    case .neverRuns(let program):
      return violation("expected \(program) never to run", processes.filter { fits($0.queries, places) }, place)
    case .leavesNothingRunning:
      return violation("expected nothing to be left running", processes.filter(\.isRunning), place)
    case .listens(let address):
      let all = listeners
      return missing("expected a listener at \(address)", all, all.filter { fits($0.queries, places) }, place)
    case .connects(let destination):
      let all = connections.filter { $0.direction != .accept }
      return missing("expected a connection to \(destination)", all, all.filter { fits($0.queries, places) }, place)
    case .resolves(let name):
      let all = lookups
      return missing("expected a lookup of \(name)", all, all.filter { fits($0.queries, places) }, place)
    }
  }

  private func fits(_ queries: [Int], _ places: [Int]) -> Bool { places.contains { queries.contains($0) } }

  private func spawns(
    _ match: ActivityExpectation.ProgramMatch, _ times: ClosedRange<Int>?, _ places: [Int], _ place: CodePlace?
  ) -> Violation? {
    let found = processes.filter { fits($0.queries, places) }
    let exact = found.count { $0.level == .exact }
    let times = times ?? 1...Int.max
    guard !times.contains(exact) else { return nil }
    let mayFit = exact < times.lowerBound && found.count >= times.lowerBound
    var text = "expected \(match.program) to run \(Self.text(times))"
    if let arguments = match.arguments { text += " with arguments \(arguments)" }
    if let parent = match.parent { text += " below \(parent)" }
    text += exact == 0 ? ", but it never ran" : ", but it ran \(Self.text(exact))"
    if mayFit { text += "; \(found.count - exact) more are not known to be the test's own" }
    let shown = found.isEmpty ? processes : found
    text += Self.list(shown.map { Self.lines(of: $0) })
    return Violation(text: text, place: place, isExact: !mayFit)
  }

  private func violation(_ title: String, _ found: [some ActivityItem], _ place: CodePlace?) -> Violation? {
    guard !found.isEmpty else { return nil }
    let exact = found.filter { $0.level == .exact }
    let shown = exact.isEmpty ? found : exact
    var text = title + Self.list(shown.map { Self.lines(of: $0) })
    if !exact.isEmpty, exact.count < found.count {
      text += "\n  and \(found.count - exact.count) more that are not known to be the test's own"
    }
    return Violation(text: text, place: place, isExact: !exact.isEmpty)
  }

  /// Something had to be there; `all` are those of its kind.
  private func missing<Item: ActivityItem>(
    _ title: String, _ all: [Item], _ found: [Item], _ place: CodePlace?
  ) -> Violation? {
    if found.contains(where: { $0.level == .exact }) { return nil }
    let shown = found.isEmpty ? all : found
    let text = title + (shown.isEmpty ? ", and there was none at all" : Self.list(shown.map { Self.lines(of: $0) }))
    return Violation(text: text, place: place, isExact: found.isEmpty)
  }

  // MARK: Words

  private static let shownItems = 10

  private static func list(_ items: [String]) -> String {
    let shown = items.prefix(shownItems).map { "\n  \($0)" }.joined()
    return items.count > shownItems ? shown + "\n  and \(items.count - shownItems) more" : shown
  }

  private static func lines(of item: some ActivityItem) -> String {
    var text = item.description
    let from = item.ancestryText
    if !from.isEmpty { text += "\n    from      \(from)" }
    text += "\n    after     \(milliseconds(item.moment)) ms"
    text += "\n    known     \(item.level.rawValue)"
    if item.level == .window { text += ": done meanwhile, not known to be the test's own" }
    return text
  }

  private static func milliseconds(_ duration: Duration) -> String {
    let tenths = duration.components.seconds * 10_000 + duration.components.attoseconds / 100_000_000_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func text(_ times: ClosedRange<Int>) -> String {
    if times.lowerBound == times.upperBound { return text(times.lowerBound) }
    if times.upperBound == .max {
      return times.lowerBound == 1 ? "at least once" : "at least \(text(times.lowerBound))"
    }
    return "\(times.lowerBound) to \(times.upperBound) times"
  }

  private static func text(_ count: Int) -> String {
    switch count {
    case 0: "never"
    case 1: "once"
    default: "\(count) times"
    }
  }
}

/// What a violation can show.
private protocol ActivityItem: CustomStringConvertible {
  var level: Activity.Level { get }
  var moment: Duration { get }
  var ancestryText: String { get }
}

extension Activity.Process: ActivityItem {
  fileprivate var moment: Duration { start }
  fileprivate var ancestryText: String { "" }
}

extension Activity.Connection: ActivityItem {
  fileprivate var moment: Duration { time }
  fileprivate var ancestryText: String { ancestry.joined(separator: " ← ") }
}

extension Activity.Lookup: ActivityItem {
  fileprivate var moment: Duration { time }
  fileprivate var ancestryText: String { "" }
}

extension Activity.Listener: ActivityItem {
  fileprivate var moment: Duration { time }
  fileprivate var ancestryText: String { "" }
}
