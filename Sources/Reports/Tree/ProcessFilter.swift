public import Policy
import Trace

/// Which processes a tree shows (`--only`): the matching ones with all that leads to them.
public enum ProcessFilter: Hashable, Sendable {
  /// Processes that violate the policy.
  case violations
  /// A glob over the name of the test that a process belongs to; `*` also matches slashes.
  case test(Glob)
  /// A program that a process became, as in a policy.
  case program(ProgramPattern)

  /// Reads `violations`, `test=GLOB` or `exe=GLOB`.
  ///
  /// - Throws: ``GrammarError`` for anything else.
  public init(_ text: String) throws(GrammarError) {
    if text == "violations" {
      self = .violations
    } else if text.hasPrefix("test="), text != "test=" {
      self = .test(Glob(String(text.dropFirst(5)), slashSeparates: false))
    } else if text.hasPrefix("exe=") {
      self = .program(try ProgramPattern(String(text.dropFirst(4))))
    } else {
      throw .expected("violations, test=GLOB or exe=GLOB", found: text)
    }
  }

  /// The processes that every filter matches.
  static func matches(_ filters: [ProcessFilter], _ trace: Trace, _ verdict: Verdict) -> Set<Int> {
    let violating = Set(verdict.violations.flatMap(\.processes))
    return Set(
      trace.processes.indices.filter { index in
        filters.allSatisfy { $0.matches(index, trace, violating) }
      })
  }

  private func matches(_ index: Int, _ trace: Trace, _ violating: Set<Int>) -> Bool {
    let process = trace.processes[index]
    switch self {
    case .violations:
      return violating.contains(index)
    case .test(let glob):
      return process.attribution.testCase.map { glob.matches(trace.testCases[$0].name) } ?? false
    case .program(let pattern):
      let images =
        process.executions.isEmpty ? process.inheritedImage.map { [$0] } ?? [] : process.executions.map(\.image)
      return images.contains { image in
        let image = trace.images[image]
        return pattern.match(path: image.path, isCut: image.flags.contains(.pathCut)) == .yes
      }
    }
  }
}
