import Trace

/// What ran and what was reached when somebody last agreed to it: a file of lines, sorted, meant for review.
///
/// `program PATH SHA256` and `destination URL`, each once; `#` starts a comment. What no line can hold is
/// percent-encoded. Numbers that vary from run to run are `#` in paths, and the hashes of such files are `-`, as are
/// those that are not known. Destinations inside the machine are left out.
public struct Baseline: Hashable, Sendable {
  static let firstLine = "# process-tracer baseline 1"

  /// SHA-256 by path, nil where there is none to compare.
  public var programs: [String: String?]
  public var destinations: Set<String>

  public init(_ audit: Audit) {
    programs = [:]
    for program in audit.programs.values {
      let path = Self.stablePath(program.path)
      let isVarying = path != program.path || program.isUnnamed
      let sha256 = isVarying ? nil : program.sha256
      programs[path] = .some(programs[path].map { $0 == sha256 ? sha256 : nil } ?? sha256)
    }
    destinations = Set(audit.destinations.values.filter { !$0.isLocal }.map(\.text))
  }

  /// The line of a file that says this.
  public static func line(program path: String, sha256: String?) -> String {
    "program \(encoded(path)) \(sha256 ?? "-")"
  }

  public static func line(destination: String) -> String {
    "destination \(encoded(destination))"
  }

  /// Reads a file's text.
  ///
  /// - Throws: ``BaselineError`` for the first line that is none.
  public init(text: String) throws(BaselineError) {
    programs = [:]
    destinations = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.hasPrefix("#") { continue }
      let words = line.split(separator: " ").map { Self.decoded($0) }
      switch (words.first, words.count) {
      case ("program", 3) where Self.isDigest(words[2]):
        programs[words[1]] = .some(words[2] == "-" ? nil : words[2])
      case ("destination", 2):
        destinations.insert(words[1])
      default:
        throw BaselineError(line: index + 1)
      }
    }
  }

  /// The file.
  public var text: String {
    let lines =
      programs.map { Self.line(program: $0.key, sha256: $0.value) } + destinations.map(Self.line(destination:))
    let head = [Self.firstLine, "# Written by process-tracer audit --baseline FILE --update-baseline"]
    return (head + lines.sorted()).joined(separator: "\n") + "\n"
  }

  // MARK: Paths

  /// The path by which a program is compared: six or more digits in a row vary from run to run.
  public static func stablePath(_ whole: String) -> String {
    var path = ""
    var digits = ""
    func flush() {
      path += digits.count >= 6 ? "#" : digits
      digits = ""
    }
    for scalar in whole.unicodeScalars {
      if ("0"..."9").contains(scalar) {
        digits.unicodeScalars.append(scalar)
      } else {
        flush()
        path.unicodeScalars.append(scalar)
      }
    }
    flush()
    return path
  }

  private static func isDigest(_ text: String) -> Bool {
    text == "-" || text.utf8.count == 64 && text.allSatisfy(\.isHexDigit)
  }

  /// Percent-encodes what would end a word or a line, and what cannot be seen.
  private static func encoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "%") {
        bytes.append(byte)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        bytes += "%\(byte < 16 ? "0" : "")\(digits)".utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func decoded(_ word: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(word.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A line of a baseline that is none.
public struct BaselineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1.
  public var line: Int

  public init(line: Int) {
    self.line = line
  }

  public var description: String {
    "line \(line) is neither \"program PATH SHA256\" nor \"destination URL\"; write the file anew with --update-baseline"
  }
}
