/// A command line with what varies from run to run taken out.
///
/// `git clone --depth=12 https://192.0.2.1/a/b42 /tmp/x/b7` becomes `git clone --depth=# …/b#`: digits and hexadecimal
/// numbers are `#`, directories `…/`, long and odd words `…`, and equal neighbours are told once.
public enum ArgumentShape {
  static let argumentLimit = 8
  static let lengthLimit = 40

  public static func text(of arguments: [String]) -> String {
    guard let program = arguments.first else { return "" }
    var words = [word(lastComponent(of: program[...]))]
    for argument in arguments.dropFirst() {
      let next = shape(of: argument)
      if words.count > argumentLimit {
        if words.last != "…" { words.append("…") }
        break
      }
      if words.last != next || words.count == 1 { words.append(next) }
    }
    return words.joined(separator: " ")
  }

  private static func shape(of argument: String) -> String {
    guard argument.hasPrefix("-"), let equals = argument.firstIndex(of: "=") else { return value(argument[...]) }
    return word(argument[..<equals]) + "=" + value(argument[argument.index(after: equals)...])
  }

  private static func value(_ text: Substring) -> String {
    // With blanks it is a script more often than a path.
    guard text.contains("/"), !text.hasSuffix("/"), !text.contains(where: \.isWhitespace) else { return word(text) }
    let name = word(lastComponent(of: text))
    return name == "…" ? name : "…/\(name)"
  }

  private static func lastComponent(of path: Substring) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path
  }

  /// Digits and long hexadecimal numbers as `#`; `…` for what is long, empty or no plain word.
  private static func word(_ text: Substring) -> String {
    let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"'\"`$\\*?<>|&;(){}[]!#~".utf8.contains($0) }
    guard isPlain, !text.isEmpty, text.utf8.count <= lengthLimit else { return "…" }
    var shape = ""
    var run = ""
    for character in text {
      if character.isHexDigit {
        run.append(character)
        continue
      }
      shape += number(run) + String(character)
      run = ""
    }
    return shape + number(run)
  }

  /// A run of hexadecimal digits: a number where it is long and has a decimal one, else its decimal digits are.
  private static func number(_ run: String) -> String {
    guard run.contains(where: \.isNumber) else { return run }
    if run.count >= 7 { return "#" }
    var text = ""
    for character in run where !(character.isNumber && text.last == "#") {
      text.append(character.isNumber ? "#" : character)
    }
    return text
  }
}
