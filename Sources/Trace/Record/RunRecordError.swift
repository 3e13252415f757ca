/// Why a recorded run cannot be read.
public struct RunRecordError: Error, Hashable, Sendable {
  public var file: String
  /// 1-based.
  public var line: Int
  /// What was expected there, or what is wrong with it.
  public var message: String

  public init(file: String, line: Int, message: String) {
    self.file = file
    self.line = line
    self.message = message
  }
}

extension RunRecordError: CustomStringConvertible {
  /// `run.jsonl:17: expected a number for "pid"`.
  public var description: String { "\(file):\(line): \(message)" }
}

/// What is wrong with one line, whose number is known further out.
struct RecordFault: Error {
  var message: String

  static func expected(_ what: String) -> RecordFault { RecordFault(message: "expected \(what)") }

  static func expected(_ what: String, for key: String) -> RecordFault {
    expected("\(what) for \"\(key)\"")
  }
}
