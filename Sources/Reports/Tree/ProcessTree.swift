public import Policy
public import Trace

/// Every process of a run as a tree, with its command line, its end, and what it connected to.
///
/// Complete but for what lies deeper than `depth` and what the filters leave out, which is counted.
public struct ProcessTree: Report {
  /// Deeper levels are not indented further, their depth is written instead.
  static let indentationLimit = 32

  /// How many levels to show, the command being the first; nil for all.
  public var depth: Int?
  public var usesColor: Bool
  /// Only what all of these match, with what leads there; empty for everything.
  public var only: [ProcessFilter]
  /// Longer lines are cut at this many columns, with a `…`; nil where they are not.
  public var columns: Int?

  public init(depth: Int? = nil, usesColor: Bool = false, only: [ProcessFilter] = [], columns: Int? = nil) {
    self.depth = depth
    self.usesColor = usesColor
    self.only = only
    self.columns = columns
  }

  public func write(_ trace: Trace, _ verdict: Verdict, to sink: (_ chunk: [UInt8]) throws -> Void) rethrows {
    var output = ChunkBuffer()
    let family = Family(trace, showing: only.isEmpty ? nil : ProcessFilter.matches(only, trace, verdict))
    let lines = ProcessLines(trace: trace, style: TerminalStyle(usesColor: usesColor))
    // A stack of its own: chains of forks can be deeper than the thread's.
    var pending = family.roots.reversed().map { Node(process: $0, depth: 1, isLast: true, rails: "") }
    while let node = pending.popLast() {
      let children = family.children[node.process]
      let isAtLimit = depth.map { node.depth >= $0 } ?? false
      line(node.prefix + lines.heading(of: node.process), into: &output)
      let hasChildrenBelow = !children.isEmpty && !isAtLimit
      for connection in lines.connections(family.connections[node.process]) {
        line(node.innerRails + (hasChildrenBelow ? "│  " : "   ") + connection, into: &output)
      }
      if isAtLimit, !children.isEmpty {
        let hidden = family.descendants(of: node.process)
        output.line("\(node.innerRails)   … \(Quantity.count(hidden, "process", plural: "processes")) deeper")
      }
      if hasChildrenBelow {
        for child in children.reversed() {
          pending.append(
            Node(process: child, depth: node.depth + 1, isLast: child == children.last, rails: node.innerRails))
        }
      }
      try output.passOn(to: sink)
    }
    if only.isEmpty { try Self.writeStrays(lines, family, into: &output, to: sink) }
    let hidden = trace.processes.count - family.shown
    if hidden > 0 { output.line("… \(Quantity.count(hidden, "process", plural: "processes")) left out by --only") }
    try output.finish(to: sink)
  }

  private func line(_ text: String, into output: inout ChunkBuffer) {
    output.line(columns.map { DisplayWidth.cut(text, toColumns: $0) } ?? text)
  }

  /// Connections of processes whose records were lost.
  private static func writeStrays(
    _ lines: ProcessLines, _ family: Family, into output: inout ChunkBuffer, to sink: ([UInt8]) throws -> Void
  ) rethrows {
    guard !family.strays.isEmpty else { return }
    output.line("of processes whose records were lost:")
    for stray in family.strays {
      for line in lines.connections([stray]) {
        output.line("   pid \(lines.trace.connections[stray].processIdentity.pid) \(line)")
      }
      try output.passOn(to: sink)
    }
  }
}

/// A process on its way into the tree.
private struct Node {
  var process: Int
  var depth: Int
  var isLast: Bool
  /// What stands left of its siblings.
  var rails: String

  private var isIndented: Bool { depth <= ProcessTree.indentationLimit }

  var prefix: String {
    guard depth > 1 else { return "" }
    return isIndented ? rails + (isLast ? "└─ " : "├─ ") : "\(rails)└─ [\(depth)] "
  }

  /// What stands left of everything below it.
  var innerRails: String {
    guard depth > 1, isIndented else { return rails }
    return rails + (isLast ? "   " : "│  ")
  }
}
