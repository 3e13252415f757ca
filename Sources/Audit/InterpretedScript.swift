import Trace

/// The script that an interpreter was started with.
enum InterpretedScript {
  /// nil where the program is no known interpreter, or reads its program from an argument or its input.
  static func path(in image: ProcessImage) -> String? {
    let name = image.name.prefix { $0.isLetter }
    guard let syntax = CommandSyntax.known[String(name)] else { return nil }
    return syntax.script(in: image.arguments.dropFirst())
  }
}

/// As much of an interpreter's command line as it takes to find its script.
///
/// Options of one letter stand together, as in `-ec`, and what such an option takes is the rest of the word, or the
/// next one.
private struct CommandSyntax {
  /// After these no script follows: the program is an argument, a module, or the input.
  var programLetters = ""
  var programWords: Set<String> = []
  /// Take a value, which may be the next word.
  var valueLetters = ""
  var valueWords: Set<String> = []
  /// Take what is left of their word.
  var restLetters = ""
  /// Take the script as their value.
  var scriptLetters = ""
  var scriptWords: Set<String> = []
  /// Whether the first word that is no option is the script.
  var takesOperand = true
  /// Options may begin with `+` too.
  var hasPlus = false

  static let known: [String: CommandSyntax] = {
    let shell = CommandSyntax(
      programLetters: "cs", valueLetters: "oO", valueWords: ["--rcfile", "--init-file"], hasPlus: true)
    let awk = CommandSyntax(
      programWords: ["--source"], valueLetters: "Fv", valueWords: ["--assign", "--field-separator"],
      restLetters: "W", scriptLetters: "f", scriptWords: ["--file"], takesOperand: false)
    return [
      "sh": shell, "bash": shell, "dash": shell, "zsh": shell, "ksh": shell, "awk": awk, "gawk": awk, "mawk": awk,
      "python": CommandSyntax(
        programLetters: "cm", valueLetters: "WX", valueWords: ["--check-hash-based-pycs"]),
      "perl": CommandSyntax(programLetters: "eE", valueLetters: "I", restLetters: "CDFMVdilmx0"),
      "ruby": CommandSyntax(programLetters: "e", valueLetters: "CEIr", restLetters: "FKTWix0"),
      "node": CommandSyntax(
        programLetters: "ep", programWords: ["--eval", "--print"], valueLetters: "rC",
        valueWords: ["--require", "--import", "--loader", "--experimental-loader", "--conditions"]),
      "lua": CommandSyntax(valueLetters: "el"),
      "php": CommandSyntax(programLetters: "rBRES", valueLetters: "cdtz", scriptLetters: "fF"),
      "tclsh": CommandSyntax(valueWords: ["-encoding"]),
      "make": CommandSyntax(
        valueLetters: "CIoW", valueWords: ["--directory", "--include-dir", "--old-file", "--what-if"],
        restLetters: "jlO", scriptLetters: "f", scriptWords: ["--file", "--makefile"], takesOperand: false),
    ]
  }()

  func script(in arguments: ArraySlice<String>) -> String? {
    var rest = arguments
    while let word = rest.popFirst() {
      if word == "--" { return takesOperand ? rest.first : nil }
      if word == "-" { return nil }
      guard word.hasPrefix("-") || hasPlus && word.hasPrefix("+") else {
        if takesOperand { return word }
        continue
      }
      if programWords.contains(word) { return nil }
      if scriptWords.contains(word) { return rest.first }
      if valueWords.contains(word) {
        rest = rest.dropFirst()
      } else if word.hasPrefix("--") {
        if let value = scriptWords.lazy.compactMap({ Self.value(of: $0, in: word) }).first { return value }
      } else {
        switch meaning(of: word.dropFirst()) {
        case .nothing: break
        case .program: return nil
        case .value: rest = rest.dropFirst()
        case .script(let path): return path ?? rest.first
        }
      }
    }
    return nil
  }

  /// `FILE` of `--file=FILE`.
  private static func value(of option: String, in word: String) -> String? {
    word.hasPrefix(option + "=") ? String(word.dropFirst(option.count + 1)) : nil
  }

  private enum Meaning {
    case nothing
    case program
    /// The next word is a value.
    case value
    /// The script, or nil where it is the next word.
    case script(String?)
  }

  private func meaning(of letters: Substring) -> Meaning {
    var rest = letters
    while let letter = rest.popFirst() {
      if programLetters.contains(letter) { return .program }
      if restLetters.contains(letter) { return .nothing }
      if valueLetters.contains(letter) { return rest.isEmpty ? .value : .nothing }
      if scriptLetters.contains(letter) { return .script(rest.isEmpty ? nil : String(rest)) }
    }
    return .nothing
  }
}
