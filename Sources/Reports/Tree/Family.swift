import Trace

/// Who forked whom, and who owns which connection, by index.
struct Family {
  private(set) var roots: [Int] = []
  private(set) var children: [[Int]]
  private(set) var connections: [[Int]]
  /// Connections without a recorded process.
  private(set) var strays: [Int] = []

  /// How many processes there are.
  private(set) var shown = 0

  /// - Parameter matching: processes to show with those that lead to them; nil for all.
  init(_ trace: Trace, showing matching: Set<Int>? = nil) {
    children = Array(repeating: [], count: trace.processes.count)
    connections = Array(repeating: [], count: trace.processes.count)
    let leading = matching.map { Self.leading(to: $0, in: trace) }
    for (index, process) in trace.processes.enumerated() {
      if let leading, !leading.contains(index) { continue }
      shown += 1
      if let parent = process.parent, parent != index, trace.processes.indices.contains(parent) {
        children[parent].append(index)
      } else {
        roots.append(index)
      }
    }
    for (index, connection) in trace.connections.enumerated() {
      if let process = connection.process, trace.processes.indices.contains(process) {
        connections[process].append(index)
      } else {
        strays.append(index)
      }
    }
  }

  /// Processes and all that they stem from.
  private static func leading(to processes: Set<Int>, in trace: Trace) -> Set<Int> {
    var leading: Set<Int> = []
    for process in processes {
      var next: Int? = process
      while let index = next, leading.insert(index).inserted { next = trace.processes[index].parent }
    }
    return leading
  }

  /// How many processes stem from one.
  func descendants(of process: Int) -> Int {
    var count = 0
    var pending = children[process]
    while let next = pending.popLast() {
      count += 1
      pending += children[next]
    }
    return count
  }
}
