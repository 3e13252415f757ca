public import Trace

/// `policy explain`: which rule decides about a destination or a program, and why.
public struct PolicyExplanation: Sendable {
  public enum Answer: String, Sendable {
    case allowed
    case denied
    /// A rule asks for more than the question says: arguments, ancestors, a user.
    case depends
  }

  public let answer: Answer
  /// The deciding rule and its reason, one or more lines without a line feed at the end.
  public let text: String

  private init(_ answer: Answer, _ reasons: [String]) {
    self.answer = answer
    self.text = ([answer.rawValue] + reasons.map { "  \($0)" }).joined(separator: "\n")
  }

  /// - Parameter question: `curl -> 203.0.113.9:443`, `-> tcp://192.0.2.1:5432` for any program, or a program alone.
  /// - Throws: ``GrammarError`` saying what was expected and what stood there.
  public init(
    _ question: String, policy: Policy, nameservers: [IPAddress], today: CalendarDate
  ) throws(GrammarError) {
    guard let arrow = question.firstRange(of: "->") else {
      self = Self.program(question.withoutSpaces, policy, today)
      return
    }
    let program = String(question[..<arrow.lowerBound]).withoutSpaces
    let destination = String(question[arrow.upperBound...]).withoutSpaces
    let flow = try Self.flow(to: destination)
    self = Self.destination(
      flow, program: program.isEmpty ? nil : program, policy.network,
      DestinationMatch(nameservers: Set(nameservers)), today)
  }

  /// One endpoint, not a range: what a test would try.
  private static func flow(to text: String) throws(GrammarError) -> Flow {
    let spec = try NetworkSpec(text)
    let nobody = ProcessIdentity(pid: 0, start: BootInstant(nanoseconds: 0))
    var transport = spec.transport.map { $0 == .udp ? TransportProtocol.udp : .tcp } ?? .tcp
    var endpoint = Endpoint(address: .anyIPv6, port: spec.ports?.lowerBound ?? 0)
    var path: String?
    var names: [AddressName] = []
    switch spec.destination {
    case .host(let name):
      // Asked by its name alone: an address that no range but the widest has (RFC 6666), which evidence calls so.
      endpoint.address = IPAddress(high: 0x0100_0000_0000_0000, low: 1)
      names = [AddressName(name: name, source: .dns, time: nobody.start)]
    case .network(let network) where network.isSingleAddress: endpoint.address = network.address
    case .unix(let glob) where !Glob.isPattern(glob.pattern):
      transport = .unix
      path = glob.pattern
    default: throw .expected("one address or name and port, or one unix: path, after ->", found: text)
    }
    if transport != .unix, spec.ports?.count != 1 { throw .expected("one port, as in 192.0.2.1:443", found: text) }
    var flow = Flow(
      processIdentity: nobody, destination: endpoint, protocol: transport, firstAttempt: nobody.start)
    flow.attempts = 1
    flow.path = path
    flow.names = names
    return flow
  }

  private static func destination(
    _ flow: Flow, program: String?, _ rules: NetworkRules, _ destinations: DestinationMatch, _ today: CalendarDate
  ) -> PolicyExplanation {
    var open: [String] = []
    for rule in rules.deny where destinations.matches(rule.spec, flow, denies: true) {
      switch match(rule.scopes, program) {
      case .yes: return PolicyExplanation(.denied, [describe(rule, "denies it")] + open)
      case .unknown: open.append(describe(rule, "denies it, if \(scopeText(rule.scopes))"))
      case .no: break
      }
    }
    let isAlwaysAllowed = destinations.isAllowedByDefault(flow)
    if isAlwaysAllowed {
      let what = "by default: loopback, the machine's own addresses, its nameservers' port 53 and unix sockets"
      return PolicyExplanation(open.isEmpty ? .allowed : .depends, open + [what])
    }
    let isMetadata = MetadataAddresses.contains(flow.destination.address)
    var notes: [String] = []
    if let name = flow.name {
      notes.append("asked by the name \(name.name): rules with addresses may decide otherwise when it is resolved")
    }
    for rule in rules.allow where destinations.matches(rule.spec, flow) {
      if isMetadata, !destinations.isNamed(by: rule.spec) {
        notes.append(describe(rule, "covers it, but a cloud metadata address must be named"))
        continue
      }
      if let expires = rule.expires, expires < today {
        notes.append(describe(rule, "allowed it until \(expires)"))
        continue
      }
      switch match(rule.scopes, program) {
      case .yes:
        let evidence = rule.spec.isByName ? " where DNS or /etc/hosts taught the run that address by this name" : ""
        return PolicyExplanation(
          open.isEmpty ? .allowed : .depends, open + [describe(rule, "allows it\(evidence)")])
      case .unknown: notes.append(describe(rule, "allows it, if \(scopeText(rule.scopes))"))
      case .no: notes.append(describe(rule, "allows it to \(scopeText(rule.scopes)) only"))
      }
    }
    let depends = rules.allow.contains { rule in
      destinations.matches(rule.spec, flow) && match(rule.scopes, program) == .unknown
    }
    return PolicyExplanation(depends ? .depends : .denied, open + notes + ["no rule of network.allow allows it"])
  }

  private static func program(_ program: String, _ policy: Policy, _ today: CalendarDate) -> PolicyExplanation {
    let (path, isCut) = location(of: program)
    switch ProgramJudge(today: today).judge(path: path, isCut: isCut, by: policy.processes, standing: .test) {
    case .allowed:
      let rule = policy.processes.allow?.first { $0.program.match(path: path, isCut: isCut) == .yes }
      return PolicyExplanation(
        .allowed, [rule.map { "\($0.reference.place) allows it" } ?? "any program may run: there is no processes.allow"]
      )
    case .violation(let rule, _): return PolicyExplanation(.denied, ["\(rule.place) decides"])
    case .undecided(let rule): return PolicyExplanation(.depends, ["\(rule.place) asks for the whole path"])
    }
  }

  // MARK: Scopes

  /// A name alone is the end of some path.
  private static func location(of program: String) -> (path: String, isCut: Bool) {
    program.hasPrefix("/") ? (program, false) : ("/\(program)", true)
  }

  private static func match(_ scopes: RuleScopes, _ program: String?) -> RuleMatch {
    var exe: RuleMatch = .yes
    if let pattern = scopes.exe {
      exe =
        program.map {
          let (path, isCut) = location(of: $0)
          return pattern.match(path: path, isCut: isCut)
        } ?? .unknown
    }
    let asksForMore = scopes.argv != nil || scopes.parent != nil || scopes.user != nil
    return exe == .no ? .no : exe == .unknown || asksForMore ? .unknown : .yes
  }

  private static func scopeText(_ scopes: RuleScopes) -> String {
    [
      scopes.exe.map { "exe is \($0)" }, scopes.argv.map { "argv is \($0.pattern)" },
      scopes.parent.map { "a parent is \($0)" }, scopes.user.map { "the user is \($0)" },
    ].compactMap { $0 }.joined(separator: " and ")
  }

  private static func describe(_ rule: NetworkRule, _ what: String) -> String {
    "\(rule.reference.place) \(what)" + (rule.reason.map { ": \($0)" } ?? "")
  }
}

extension String {
  fileprivate var withoutSpaces: String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
