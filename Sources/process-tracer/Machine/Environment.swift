/// The caller's environment.
enum Environment {
  /// `NAME=value` strings, in order.
  static var entries: [String] { Caller.current.environment.map { String(decoding: $0, as: UTF8.self) } }

  static var current: [String: String] {
    var values: [String: String] = [:]
    for entry in entries {
      guard let equals = entry.firstIndex(of: "=") else { continue }
      values[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
    }
    return values
  }

  /// The entries with one variable set: in place where it was set, else at the end.
  static func setting(_ name: String, to value: String, in entries: [String]) -> [String] {
    let assignment = "\(name)=\(value)"
    guard let index = entries.firstIndex(where: { $0.hasPrefix(name + "=") }) else { return entries + [assignment] }
    var changed = entries
    changed[index] = assignment
    return changed
  }
}
