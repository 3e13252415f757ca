import Trace

/// What a server says in the body of its response, in the encoding that its Content-Type names; nothing where that cannot
/// be read: the status of the response counts, and a proxy's page, say, adds nothing to it.
struct ResponseBody: Equatable {
  /// Items that were not accepted: partial_success of Export{Trace,Logs}ServiceResponse.
  private(set) var rejected = 0
  /// What goes with that, empty where there is nothing.
  private(set) var message = ""
  /// What explains a failure, empty where there is nothing: google.rpc.Status.
  private(set) var failureMessage = ""

  init(_ bytes: [UInt8], contentType: String) {
    switch contentType.prefix(while: { $0 != ";" }).lowercased().filter({ $0 != " " }) {
    case "application/x-protobuf": read(ProtobufFields(bytes))
    case "application/json": read(JSONMembers(bytes))
    default: break
    }
  }

  private mutating func read(_ fields: ProtobufFields?) {
    guard let fields else { return }
    if let partial = fields.message(1) {
      rejected = Int(clamping: Int64(bitPattern: partial.number(1)))
      message = partial.text(2)
    }
    failureMessage = fields.text(2)
  }

  private mutating func read(_ members: JSONMembers?) {
    guard let members else { return }
    if let partial = members.object("partialSuccess", "partial_success") {
      rejected = partial.int("rejectedSpans", "rejected_spans", "rejectedLogRecords", "rejected_log_records") ?? 0
      message = partial.text("errorMessage", "error_message") ?? ""
    }
    failureMessage = members.text("message") ?? ""
  }
}

extension JSONMembers {
  /// A 64-bit integer, which protobuf's JSON writes as a string, or as a number.
  fileprivate func int(_ names: String...) -> Int? {
    switch value(names) {
    case .string(let text): Int(text)
    case .unsigned(let number): Int(clamping: number)
    case .negative(let number): Int(number)
    default: nil
    }
  }

  fileprivate func text(_ names: String...) -> String? {
    if case .string(let text) = value(names) { text } else { nil }
  }

  fileprivate func object(_ names: String...) -> JSONMembers? {
    if case .object(let members) = value(names) { JSONMembers(members) } else { nil }
  }
}
