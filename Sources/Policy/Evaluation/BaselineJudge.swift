import Audit
import Trace

/// Finds who did what a baseline does not say.
struct BaselineJudge {
  let trace: Trace
  let known: ProcessBaseline

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
    guard let (process, execution) = execution(change.subject) else { return nil }
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
    return execution(change.subject).map { trace.processes[$0.process].attribution } ?? Attribution()
  }

  /// How to agree to the change, and the line that would then stand in the baseline.
  func remedy(_ change: BaselineChange) -> Violation.Remedy {
    let line =
      change.kind == .newDestination
      ? Baseline.line(destination: change.subject) : Baseline.line(program: change.subject, sha256: change.after)
    return Violation.Remedy(
      flag: "process-tracer audit run.jsonl --baseline \(known.path.quotedForShell) --update-baseline", yaml: line)
  }

  private func flow(_ destination: String) -> Flow? {
    trace.flows.first { "\($0.protocol)://\($0.destination)" == destination }
  }

  private func execution(_ path: String) -> (process: Int, execution: TracedProcess.Execution)? {
    for (index, process) in trace.processes.enumerated() {
      for execution in process.executions where Baseline.stablePath(trace.images[execution.image].path) == path {
        return (index, execution)
      }
    }
    return nil
  }
}
