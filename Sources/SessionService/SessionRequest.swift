public import Policy

/// A question about a scope. `docs/session.md`
public struct SessionRequest: Sendable {
  public static let version = 1
  /// Bytes of a request with its line feed.
  public static let lengthLimit = 16_384
  public static let queryLimit = 64

  /// The id in `TestMark`.
  public var scope: UInt32
  public var secret: String
  /// The checkpoint up to which the scope is asked about; nil: to its end.
  public var checkpoint: UInt64?
  public var destinations: [DestinationQuery] = []
  public var programs: [ProgramQuery] = []

  /// Reads one line without its line feed. Throws what is wrong with it.
  public init(_ text: some StringProtocol) throws(SessionRefusal) {
    guard let line = SessionLine(text) else { throw .malformed("a field is not key=value, or has an unknown escape") }
    guard line.word == "activity" else { throw .malformed("the request is not activity") }
    var version: Int?
    var token: UInt32?
    var secret: String?
    checkpoint = nil
    for (key, value) in line.fields {
      switch key {
      case "version": version = Int(value)
      case "test": token = UInt32(value)
      case "secret": secret = value
      case "until":
        guard let number = UInt64(value) else { throw .malformed("until is not a number") }
        checkpoint = number
      case "net": destinations.append(try Self.query(key, value) { text throws(GrammarError) in try .init(text) })
      case "run": programs.append(try Self.query(key, value) { text throws(GrammarError) in try .init(text) })
      case "argv":
        guard !programs.isEmpty else { throw .malformed("argv without a run before it") }
        programs[programs.count - 1].arguments = Glob(value, slashSeparates: false)
      case "parent":
        guard !programs.isEmpty else { throw .malformed("parent without a run before it") }
        programs[programs.count - 1].parent =
          try Self.query(key, value) { text throws(GrammarError) in try ProgramPattern(text) }
      default: throw .malformed("unknown field \(key)")
      }
      if destinations.count + programs.count > Self.queryLimit { throw .malformed("over \(Self.queryLimit) queries") }
    }
    guard version == Self.version else { throw .version }
    guard let token, let secret, !secret.isEmpty else { throw .malformed("test and secret are needed") }
    self.scope = token >> 4
    self.secret = secret
  }

  private static func query<Query>(
    _ key: String, _ value: String, _ make: (String) throws(GrammarError) -> Query
  ) throws(SessionRefusal) -> Query {
    do {
      return try make(value)
    } catch {
      throw .query("\(key): \(error)")
    }
  }
}

/// Why a request was not answered.
public enum SessionRefusal: Error, Hashable, Sendable {
  case foreign
  case malformed(String)
  case oversized
  case version
  /// A destination or program that the grammar does not have: the test's author is to hear of it.
  case query(String)
  /// No such scope: it never began, was told already, or belongs to another process.
  case unknownScope
  case wrongSecret
  case replayed
  case crowded

  public var reason: String {
    switch self {
    case .foreign: "the process is not part of the run"
    case .malformed(let what): "malformed: \(what)"
    case .oversized: "longer than \(SessionRequest.lengthLimit) bytes"
    case .version: "this tracer speaks version \(SessionRequest.version) of the session protocol"
    case .query(let problem): problem
    case .unknownScope: "no such scope is open"
    case .wrongSecret: "the secret is not that of the scope"
    case .replayed: "the checkpoint was asked about before"
    case .crowded: "too many connections"
    }
  }

  /// Whether it is the tracer's business to tell it: everything but an author's slip, which the test tells.
  public var isSuspicious: Bool {
    if case .query = self { false } else { true }
  }

  var line: SessionLine {
    var line = SessionLine("refused")
    line.append("reason", reason)
    return line
  }
}
