import Audit
import Trace

/// Finds who did what a baseline does not say.
struct BaselineJudge {
  private let trace: Trace
  private let known: ProcessBaseline
  /// The first flow to each destination, and the first execution of each program, by the baseline's words for them.
  private var flows: [String: Int] = [:]
  private var executions: [String: (process: Int, execution: TracedProcess.Execution)] = [:]

  init(trace: Trace, known: ProcessBaseline) {
    self.trace = trace
    self.known = known
    for (index, flow) in trace.flows.enumerated() {
      let destination = "\(flow.protocol)://\(flow.destination)"
      if flows[destination] == nil { flows[destination] = index }
    }
    let paths = trace.images.map { Baseline.stablePath($0.path) }
    for (index, process) in trace.processes.enumerated() {
      for execution in process.executions where executions[paths[execution.image]] == nil {
        executions[paths[execution.image]] = (index, execution)
      }
    }
  }

  /// nil where nobody can be found, which a change of a trace against itself never is.
  func violation(_ change: BaselineChange, _ detail: ViolationDetail) -> Violation? {
    var rule = known.reference
    rule.text = "processes.baseline: \(change.kind.rawValue)"
    if change.kind == .newDestination {
      guard let flow = flow(change.subject) else { return nil }
      var violation = detail.network(flow, rule: rule)
      violation.kind = .baseline
      return violation
    }
    guard let (process, execution) = executions[change.subject] else { return nil }
    let image = trace.images[execution.image]
    var violation = Violation(
      kind: .baseline, rule: rule, program: image.name, processIdentity: trace.processes[process].identity)
    violation.programPath = image.path
    violation.count = 1
    detail.describe(&violation, process: process, at: execution.time, trace.processes[process].attribution)
    return violation
  }

  func attribution(of change: BaselineChange) -> Attribution {
    if change.kind == .newDestination { return flow(change.subject)?.attribution ?? Attribution() }
    return executions[change.subject].map { trace.processes[$0.process].attribution } ?? Attribution()
  }

  /// How to agree to the change, and the line that would then stand in the baseline.
  func remedy(_ change: BaselineChange) -> Violation.Remedy {
    let line =
      change.kind == .newDestination
      ? Baseline.line(destination: change.subject) : Baseline.line(program: change.subject, sha256: change.after)
    return Violation.Remedy(
      flag: "process-tracer audit run.jsonl --baseline \(known.path.quotedForShell) --update-baseline", yaml: line)
  }

  private func flow(_ destination: String) -> Flow? { flows[destination].map { trace.flows[$0] } }
}
