public import Policy
public import Trace

extension Trace {
  /// Leaves of every command line its argv[0] alone, for reports: tests are recognised, and rules match, by the rest.
  public mutating func leaveOutArguments() {
    header.command = Array(header.command.prefix(1))
    for index in images.indices { images[index].leaveOutArguments() }
  }
}

extension Verdict {
  /// Leaves of every command line its argv[0] alone.
  public mutating func leaveOutArguments() {
    for index in violations.indices { violations[index].arguments = Array(violations[index].arguments.prefix(1)) }
  }
}

extension ProcessImage {
  fileprivate mutating func leaveOutArguments() {
    guard arguments.count > 1 || unredactedArguments.count > 1 else { return }
    let length = unredactedArguments.reduce(0) { $0 + UInt64($1.utf8.count) + 1 }
    cutArgumentBytes = cutArgumentBytes ?? length
    arguments = Array(arguments.prefix(1))
    unredactedArguments = arguments
  }
}
