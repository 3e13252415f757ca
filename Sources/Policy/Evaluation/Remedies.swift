import Trace

/// Writes the shortest flag and policy line that would allow exactly what a violation names.
enum Remedies {
  /// - Parameter list: `network` or `harness`.
  static func network(_ flow: Flow, list: String) -> Violation.Remedy {
    if flow.protocol == .ioUring {
      let keyword = DestinationKeyword.ioUring.rawValue
      return Violation.Remedy(flag: "--allow-net \(keyword)", yaml: "\(list): { allow: [\(keyword)] }")
    }
    guard flow.hasKnownAddress else {
      // No rule names what has no address: any destination, of this program alone.
      let program = flow.executable.map { ", exe: \(pattern(for: $0).quotedForMessage)" } ?? ""
      return Violation.Remedy(flag: "--allow-net any", yaml: "\(list): { allow: [{ net: any\(program) }] }")
    }
    let spec = NetworkSpec(flow.destination, protocol: flow.protocol, name: flow.name).description
    return Violation.Remedy(
      flag: "--allow-net \(spec.quotedForShell)", yaml: "\(list): { allow: [\(spec.quotedForMessage)] }")
  }

  static func program(path: String) -> Violation.Remedy {
    let pattern = pattern(for: path)
    // A flag is a comma list, and spaces around its items do not count.
    var item = String(pattern.map { $0 == "," ? "?" : $0 })
    if item.hasSuffix(" ") { item = String(item.dropLast()) + "?" }
    return Violation.Remedy(
      flag: "--allow-run \(item.quotedForShell)",
      yaml: "processes: { allow: [\(pattern.quotedForMessage)] }")
  }

  /// Where only a test's own list restricts it: a list for that test, since one for the run would restrict all.
  static func programs(_ paths: [String], test: String, entry: TestRules, today: CalendarDate) -> String {
    let known = (entry.processesAllow ?? []).compactMap { rule -> String? in
      guard let expires = rule.expires else { return rule.program.text.quotedForMessage }
      return expires < today ? nil : "{ exe: \(rule.program.text.quotedForMessage), expires: \(expires) }"
    }
    let added = paths.map { pattern(for: $0).quotedForMessage }
    let list = (known + added).joined(separator: ", ")
    return "tests: [{ match: \(test.quotedForMessage), processes: { allow: [\(list)] } }]"
  }

  /// The path itself; its last component where the path is not whole. The grammar has no control characters.
  private static func pattern(for path: String) -> String {
    let whole = path.hasPrefix("/") ? path : path.lastPathComponent
    return String(
      String.UnicodeScalarView(whole.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }
}

extension String {
  /// The word as a POSIX shell, or zsh, reads it back: in single quotes where it needs them.
  var quotedForShell: String {
    let plain = unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "/:.-_@%+=".unicodeScalars.contains(scalar)
    }
    if plain, !isEmpty { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
