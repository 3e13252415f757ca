/// The members of a JSON object that others wrote, of which some are looked for.
package struct JSONMembers {
  private let members: [(key: String, value: JSONValue)]

  package init(_ members: [(key: String, value: JSONValue)]) {
    self.members = members
  }

  /// Reads a text that is one object; nil where it is none, or has numbers that are not whole.
  package init?(_ text: [UInt8]) {
    var parser = JSONLineParser(text, text.startIndex..<text.endIndex)
    do {
      members = try parser.object()
    } catch {
      return nil
    }
  }

  /// The value of the first member that has one of these names.
  package func value(_ names: [String]) -> JSONValue? {
    members.first { names.contains($0.key) }?.value
  }
}
