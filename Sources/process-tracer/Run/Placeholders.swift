import ArgumentParser

/// Fills `${env:KEY}` and `${arg:N}` in an option's value.
struct Placeholders {
  var environment: [String: String]
  var arguments: [String]

  /// The text with every placeholder replaced; nil where a variable is not set or an argument is not there.
  func expand(_ text: String) throws -> String? {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "${") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw ValidationError("\(text): a placeholder is not closed with }")
      }
      guard let value = try value(of: rest[start.upperBound..<end], in: text) else { return nil }
      result += value
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private func value(of placeholder: Substring, in text: String) throws -> String? {
    let parts = placeholder.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch parts.first {
    case "env" where parts.count == 2:
      return environment[String(parts[1])]
    case "arg" where parts.count == 2:
      guard let index = Int(parts[1]), index >= 0 else { break }
      return index < arguments.count ? arguments[index] : nil
    default: break
    }
    throw ValidationError("\(text): expected ${env:KEY} or ${arg:N}, found ${\(placeholder)}")
  }
}
