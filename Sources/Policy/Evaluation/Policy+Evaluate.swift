import Audit
public import Trace

extension Policy {
  /// Judges a run. Pure: the same trace, policy and day give the same verdict.
  ///
  /// Destinations are judged from the flow table, never from the records of single connections, which the ring may
  /// lose; programs from the records of their processes, and from the image table what has no record.
  ///
  /// - Parameter today: the day by which rules expire; nil: the day on which the run started, in UTC.
  public func evaluate(_ trace: Trace, today: CalendarDate? = nil) -> Verdict {
    let start = Int64(clamping: trace.header.unixNanoseconds(trace.header.start) / 1_000_000_000)
    var evaluation = Evaluation(self, trace, today: today ?? CalendarDate(unixSeconds: start))
    evaluation.judgeFlows()
    evaluation.judgeLookups()
    evaluation.judgePrograms()
    evaluation.judgeProcessCounts()
    evaluation.judgeBaseline()
    var verdict = Verdict(trace: trace, mode: mode)
    verdict.policies = sources
    verdict.violations = evaluation.violations
    verdict.incompleteReasons = evaluation.incompleteReasons
    verdict.notJudged = evaluation.notJudged
    verdict.notCovered = Doors.notCovered(in: trace)
    verdict.decide(allowsIncomplete: allowsIncomplete, hasEnd: trace.end != nil)
    return verdict
  }
}

/// One evaluation in progress.
private struct Evaluation {
  let policy: Policy
  let trace: Trace
  let today: CalendarDate
  var overrides: TestOverrides
  /// Made when the first violation is found: it indexes the whole trace.
  lazy var detail = ViolationDetail(trace: trace)
  let networkJudge: NetworkJudge
  var list = ViolationList()
  var undecided: Set<RuleReference> = []
  var notJudged: [UnjudgedDestination] = []
  var unjudgedIndices: [UnjudgedDestination: Int] = [:]
  /// Programs that only a test's own list forbids: by the test's name.
  var restricted: [String: (entry: TestRules, paths: [String])] = [:]
  /// Why the baseline's hashes were not compared.
  var uncompared: String?
  /// Programs of which too little is known.
  var undecidedPrograms: Set<String> = []

  init(_ policy: Policy, _ trace: Trace, today: CalendarDate) {
    self.policy = policy
    self.trace = trace
    self.today = today
    self.overrides = TestOverrides(policy: policy, trace: trace)
    self.networkJudge = NetworkJudge(
      destinations: DestinationMatch(nameservers: Set(trace.header.nameservers)), scopes: FlowScopes(trace: trace),
      today: today)
  }

  // MARK: Destinations

  mutating func judgeFlows() {
    for flow in trace.flows where flow.isConnection {
      guard let (rules, list) = rules(for: flow) else {
        note(unjudged: flow)
        continue
      }
      guard
        case .violation(let rule, let canBeAllowed) = networkJudge.judge(flow, by: rules, undecided: &undecided)
      else { continue }
      var violation = detail.network(flow, rule: rule)
      violation.remedy = canBeAllowed ? Remedies.network(flow, list: list) : nil
      self.list.add(violation, attribution: flow.attribution)
    }
  }

  mutating func judgeLookups() {
    for lookup in trace.lookups {
      let flow = Flow(lookup)
      guard let (rules, _) = rules(for: flow),
        let rule = networkJudge.denial(of: lookup.name, flow, by: rules, undecided: &undecided)
      else { continue }
      var violation = detail.network(flow, rule: rule)
      violation.destination = "dns:\(lookup.name)"
      violation.endpoint = nil
      violation.result = lookup.answered > 0 ? "answered" : nil
      list.add(violation, attribution: lookup.attribution)
    }
  }

  private mutating func rules(for flow: Flow) -> (rules: NetworkRules, list: String)? {
    guard flow.attribution.scope == .harness else { return (overrides.network(for: flow.attribution), "network") }
    if let harness = policy.harness { return (harness, "harness") }
    return policy.judgesHarness ? (policy.network, "network") : nil
  }

  private mutating func note(unjudged flow: Flow) {
    guard !networkJudge.destinations.isAllowedByDefault(flow) else { return }
    let program = flow.executable?.lastPathComponent ?? flow.command
    let key = UnjudgedDestination(program: program, destination: flow.destinationText, count: 0)
    if let index = unjudgedIndices[key] {
      notJudged[index].count += flow.count
    } else {
      unjudgedIndices[key] = notJudged.count
      notJudged.append(UnjudgedDestination(program: program, destination: key.destination, count: flow.count))
    }
  }

  // MARK: Programs

  mutating func judgePrograms() {
    guard policy.hasProgramRules else { return }
    let judge = ProgramJudge(today: today)
    for run in ProgramRuns.runs(in: trace) {
      if run.standing == .harness, !policy.judgesHarness { continue }
      let rules = run.standing == .test ? overrides.processes(for: run.attribution) : policy.processes
      switch judge.judge(path: run.path, isCut: run.isPathCut, by: rules, standing: run.standing) {
      case .allowed:
        break
      case .undecided(let rule):
        undecidedPrograms.insert(
          "the program \("…/\(run.path)".quotedForMessage) has a cut path: the rule \(rule.place) was not decided")
      case .violation(let rule, let canBeAllowed):
        var violation = detail.program(run, rule: rule)
        if canBeAllowed { remedy(&violation, run) }
        list.add(violation, attribution: run.attribution)
      }
    }
  }

  private mutating func remedy(_ violation: inout Violation, _ run: ProgramRun) {
    violation.remedy = Remedies.program(path: run.path)
    guard let name = violation.testName, let entry = overrides.restrictingEntry(for: run.attribution) else { return }
    var known = restricted[name] ?? (entry, [])
    if !known.paths.contains(run.path) { known.paths.append(run.path) }
    restricted[name] = known
  }

  mutating func judgeProcessCounts() {
    guard policy.hasProcessLimits else { return }
    for (_, processes) in ProcessCounts.processes(in: trace) {
      guard let first = processes.first else { continue }
      let limit = overrides.processes(for: trace.processes[first].attribution).max
      guard let limit, processes.count > limit.count else { continue }
      // The first one too many.
      let index = processes[limit.count]
      let process = trace.processes[index]
      let image = trace.image(of: process)
      var violation = Violation(
        kind: .processCount, rule: limit.reference, program: image?.name ?? "?", processIdentity: process.identity)
      violation.programPath = image?.path
      violation.count = UInt64(processes.count)
      detail.describe(&violation, process: index, at: process.identity.start, process.attribution)
      violation.processes = Array(processes[limit.count...])
      list.add(violation, attribution: process.attribution)
    }
  }

  // MARK: The baseline

  mutating func judgeBaseline() {
    guard let known = policy.processes.baseline else { return }
    let now = Audit(trace)
    if !now.knowsIdentities {
      uncompared = "the files of the programs were not looked at: the hashes of \(known.path) were not compared"
    }
    let finder = BaselineJudge(trace: trace, known: known)
    for change in known.baseline.changes(to: Baseline(now)) where change.isAddition {
      guard var violation = finder.violation(change, detail) else { continue }
      violation.remedy = finder.remedy(change)
      list.add(violation, attribution: finder.attribution(of: change))
    }
  }

  // MARK: Results

  /// In the order of their first times.
  var violations: [Violation] {
    list.sorted.map { violation in
      guard violation.kind == .process, let name = violation.testName, let (entry, paths) = restricted[name],
        paths.contains(violation.programPath ?? "")
      else { return violation }
      var complete = violation
      complete.remedy?.yaml = Remedies.programs(paths, test: name, entry: entry, today: today)
      return complete
    }
  }

  var incompleteReasons: [String] {
    let rules = undecided.map { "the rule \($0.place) asks for what was not recorded of a process" }.sorted()
    return MissingEvidence.reasons(in: trace, needs: policy.evidenceNeeds) + rules + undecidedPrograms.sorted()
      + (uncompared.map { [$0] } ?? [])
  }
}

extension Flow {
  /// A lookup as a destination of the process that asked: what scopes look at.
  fileprivate init(_ lookup: NameLookup) {
    self.init(
      processIdentity: lookup.processIdentity, destination: Endpoint(address: lookup.resolver, port: 53),
      protocol: lookup.protocol ?? .udp, firstAttempt: lookup.first)
    process = lookup.process
    lastAttempt = lookup.last
    attempts = max(lookup.asked, 1)
    executable = lookup.executable
    command = lookup.command
    test = lookup.test
    attribution = lookup.attribution
  }
}
