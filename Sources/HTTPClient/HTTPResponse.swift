/// A server's final response. RFC 9112.
public struct HTTPResponse: Equatable, Sendable {
  public internal(set) var status = 0
  /// The words behind the status, empty where there are none.
  public internal(set) var reason = ""
  /// In the order of the message.
  public internal(set) var headers: [HTTPHeader] = []
  public internal(set) var body: [UInt8] = []

  /// The value of the first header of this name, in any case.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.isSameHeader(as: name) }?.value
  }
}

/// A header of a request or response.
public struct HTTPHeader: Equatable, Sendable {
  public var name: String
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension String {
  /// Whether two header names are one: they do not mind case. RFC 9110, section 5.1.
  func isSameHeader(as other: String) -> Bool {
    utf8.count == other.utf8.count && lowercased() == other.lowercased()
  }
}
