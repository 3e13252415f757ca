/// What was seen of one scope: a test, or a part of one, that asks about itself while it runs.
public struct TestScope: Sendable {
  /// The id in `TestMark`.
  public var id: UInt32
  /// What a question about it must know.
  public var secret: String
  /// Who began it.
  public var process: ProcessIdentity
  public var start: BootInstant
  /// When its end marker was seen.
  public var end: BootInstant?
  /// The number of its last checkpoint marker.
  public var checkpoint: UInt64 = 0
  /// The checkpoint up to which it was told.
  public var told: UInt64 = 0
  /// Places of processes, connections and answers in the builder, and listeners, of the scope and of those within it.
  public var processes: [Int] = []
  public var connections: [Int] = []
  public var answers: [Int] = []
  public var listeners: [ListenEvent] = []
  /// How many more there were than are kept.
  public var omitted = 0

  /// The open scope within which it began.
  var enclosing: UInt32?
  /// The test that it is a part of, and that is no scope itself.
  var test: UInt32?
  /// The ended scopes within it, whose processes may still do something.
  var ended: [UInt32] = []

  /// The most of each kind that is kept.
  static let limit = 10_000
}

/// Something that a process did while scopes of it were open, and that belongs to no test, or to the test that a scope
/// is a part of, and may be the scope's.
struct LooseActivity: Sendable {
  enum Kind: Sendable {
    case process(Int)
    case connection(Int)
    case answer(Int)
    case listener(ListenEvent)
  }

  var time: BootInstant
  var kind: Kind
  /// The id of the test, 0 for none.
  var test: UInt32
}
