import Trace

/// Who forked whom, and who owns which connection, by index.
struct Family {
  private(set) var roots: [Int] = []
  private(set) var children: [[Int]]
  private(set) var connections: [[Int]]
  /// Connections without a recorded process.
  private(set) var strays: [Int] = []

  init(_ trace: Trace) {
    children = Array(repeating: [], count: trace.processes.count)
    connections = Array(repeating: [], count: trace.processes.count)
    for (index, process) in trace.processes.enumerated() {
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
