/// What the tracer is to compare the activity with, so that there is one grammar: that of its policy.
package struct ActivityQueries: Sendable {
  private(set) var fields: [(key: String, value: String)] = []
  private var netCount = 0
  private var runCount = 0
  /// For each expectation, the places of its queries.
  private(set) var places: [[Int]] = []

  package init(_ expectations: [ActivityExpectation] = []) {
    for expectation in expectations {
      switch expectation.kind {
      case .noEgress, .spawnsNothing, .leavesNothingRunning: places.append([])
      case .allowsEgress(let destinations): places.append(destinations.map { net($0) })
      case .listens(let destination), .connects(let destination): places.append([net(destination)])
      case .resolves(let name): places.append([net("dns:\(name)")])
      case .spawnsOnly(let programs): places.append(programs.map { run($0) })
      case .neverRuns(let program): places.append([run(program)])
      case .spawns(let match, _):
        places.append([run(match.program)])
        if let arguments = match.arguments { fields.append(("argv", arguments)) }
        if let parent = match.parent { fields.append(("parent", parent)) }
      }
    }
  }

  private mutating func net(_ destination: String) -> Int {
    fields.append(("net", destination))
    netCount += 1
    return netCount - 1
  }

  private mutating func run(_ program: String) -> Int {
    fields.append(("run", program))
    runCount += 1
    return runCount - 1
  }
}
