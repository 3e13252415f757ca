public import Trace

/// A SPEC that destinations are compared with one by one, outside of a policy.
public struct DestinationQuery: Hashable, Sendable {
  private let spec: NetworkSpec

  public init(_ text: String) throws(GrammarError) {
    spec = try NetworkSpec(text)
    switch spec.destination {
    case .network, .keyword, .host, .subdomains, .lookup: break
    case .unix:
      throw .expected("an address, a range, a host name, or one of \(NetworkSpec.keywordList)", found: text)
    }
  }

  /// Whether a connection's peer is meant.
  ///
  /// - Parameter isLocal: the peer is an address of the socket's own network namespace.
  public func matches(_ connection: Connection, isLocal: Bool, nameservers: Set<IPAddress>) -> Bool {
    var flow = Flow(
      processIdentity: connection.processIdentity, destination: connection.peer, protocol: connection.protocol,
      firstAttempt: connection.attempt)
    flow.networkNamespace = connection.networkNamespace
    flow.names = connection.names
    flow.isLocal = isLocal
    return DestinationMatch(nameservers: nameservers).matches(spec, flow)
  }

  /// Whether it is a name that was asked for: `dns:NAME`.
  public func matches(_ lookup: DNSMessage) -> Bool {
    if case .lookup(let pattern) = spec.destination { pattern.matches(lookup.name) } else { false }
  }

  /// Whether it is what a socket waits at.
  public func matches(_ listener: ListenEvent) -> Bool {
    let flow = Flow(
      processIdentity: listener.process, destination: listener.local, protocol: listener.protocol,
      firstAttempt: listener.time)
    return DestinationMatch(nameservers: []).matches(spec, flow)
  }
}

/// A PROG with what its arguments and ancestors have to be, outside of a policy.
public struct ProgramQuery: Hashable, Sendable {
  private let program: ProgramPattern
  /// Over the arguments behind the program's own name, joined by spaces.
  public var arguments: Glob?
  /// Any of its ancestors.
  public var parent: ProgramPattern?

  public init(_ text: String) throws(GrammarError) {
    program = try ProgramPattern(text)
  }

  public func matches(_ image: ProcessImage, ancestors: [ProcessImage]) -> Bool {
    guard Self.isMeant(image, by: program) else { return false }
    if let arguments {
      guard arguments.matches(image.unredactedArguments.dropFirst().joined(separator: " ")) else { return false }
    }
    guard let parent else { return true }
    return ancestors.contains { Self.isMeant($0, by: parent) }
  }

  /// By its file, or by the name that it was called by: `sh` may be a link to dash.
  private static func isMeant(_ image: ProcessImage, by pattern: ProgramPattern) -> Bool {
    if pattern.match(image) == .yes { return true }
    guard let name = image.unredactedArguments.first, !name.isEmpty else { return false }
    return pattern.match(path: name, isCut: false) == .yes
  }
}
