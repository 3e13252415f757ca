/// The images that one process became, in the order of time.
///
/// The first is held in place: most processes call exec once, and a run has many processes.
public struct Executions: Hashable, Sendable {
  /// `absent` in a process that became none: an optional would take 8 bytes more.
  private var firstOrAbsent = Self.absent
  private var others: [TracedProcess.Execution] = []

  private static let absent = TracedProcess.Execution(image: -1, time: BootInstant(nanoseconds: 0))

  private var first: TracedProcess.Execution? {
    get { firstOrAbsent.image < 0 ? nil : firstOrAbsent }
    set { firstOrAbsent = newValue ?? Self.absent }
  }

  public init(_ executions: some Sequence<TracedProcess.Execution> = EmptyCollection()) {
    for execution in executions { append(execution) }
  }

  public mutating func append(_ execution: TracedProcess.Execution) {
    if first == nil { first = execution } else { others.append(execution) }
  }

  /// Adds an execution behind those of its time or earlier.
  public mutating func insert(_ execution: TracedProcess.Execution) {
    guard let earliest = first, let latest = last, execution.time < latest.time else {
      append(execution)
      return
    }
    if execution.time < earliest.time {
      others.insert(earliest, at: 0)
      first = execution
    } else {
      others.insert(execution, at: others.firstIndex { $0.time > execution.time } ?? others.endIndex)
    }
  }
}

extension Executions: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { first == nil ? 0 : 1 + others.count }

  public subscript(position: Int) -> TracedProcess.Execution {
    guard position == 0, let first else { return others[position - 1] }
    return first
  }
}

extension Executions: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: TracedProcess.Execution...) {
    self.init(elements)
  }
}
