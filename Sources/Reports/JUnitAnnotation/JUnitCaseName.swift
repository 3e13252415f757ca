import Trace

/// What a runner calls a test in its JUnit file: the attributes `classname` and `name` of a `testcase`.
struct JUnitCaseName: Hashable {
  var className: String
  var name: String

  /// - Parameters:
  ///   - runner: as in `TestCase.runner`; programs that mark tests and name none have their suite as the class.
  ///   - name: the runner's own id for the test.
  init(runner: String, suite: String?, name: String) {
    switch runner {
    case "pytest": self = Self.pytest(nodeID: name)
    case "XCTest", "Swift Testing": self = Self.swift(id: name)
    case "cargo test": self = Self.libtest(path: name)
    case "GoogleTest":
      let suite = suite ?? ""
      self.init(className: suite, name: name.hasPrefix(suite + ".") ? String(name.dropFirst(suite.count + 1)) : name)
    default: self.init(className: suite ?? "", name: name)
    }
  }

  init(className: String, name: String) {
    self.className = className
    self.name = name
  }

  /// _pytest/junitxml.py, mangle_test_address and bin_xml_escape.
  private static func pytest(nodeID: String) -> JUnitCaseName {
    let bracket = nodeID.firstIndex(of: "[") ?? nodeID.endIndex
    var names = nodeID[..<bracket].split(separator: "::").map(String.init)
    if let path = names.first {
      let dotted = path.split(separator: "/", omittingEmptySubsequences: false).joined(separator: ".")
      names[0] = dotted.hasSuffix(".py") ? String(dotted.dropLast(3)) : dotted
    }
    let name = (names.popLast() ?? "") + nodeID[bracket...]
    return JUnitCaseName(className: names.joined(separator: "."), name: pytestEscaped(name))
  }

  /// Characters that XML cannot hold, as pytest writes them: `#x1B`.
  private static func pytestEscaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x80...0xD7FF, 0xE000...0xFFFD, 0x10000...:
        escaped.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        escaped += "#x" + String(repeating: "0", count: max(0, (scalar.value <= 0xFF ? 2 : 4) - digits.count)) + digits
      }
    }
    return escaped
  }

  /// `Module.Class/test` of XCTest; of Swift Testing `Module.Suite/Nested/test()`, which its file calls class
  /// `Module.Suite.Nested`, and `Module.test()`, class `Module`.
  private static func swift(id: String) -> JUnitCaseName {
    // An argument label or a raw identifier may hold a slash.
    let parameters = id.firstIndex { $0 == "(" || $0 == "`" } ?? id.endIndex
    let own = id[..<parameters]
    guard let end = own.lastIndex(of: "/") ?? own.firstIndex(of: ".") else {
      return JUnitCaseName(className: "", name: id)
    }
    let className = id[..<end].split(separator: "/").joined(separator: ".")
    return JUnitCaseName(className: className, name: String(id[id.index(after: end)...]))
  }

  /// A module and a function; the top of a crate is `crate`, of a documentation test the file is the module.
  /// library/test/src/formatters/junit.rs, parse_class_name
  private static func libtest(path: String) -> JUnitCaseName {
    if let dash = path.firstRange(of: " - ") {
      return JUnitCaseName(className: String(path[..<dash.lowerBound]), name: String(path[dash.upperBound...]))
    }
    guard let end = path.ranges(of: "::").last else { return JUnitCaseName(className: "crate", name: path) }
    return JUnitCaseName(className: String(path[..<end.lowerBound]), name: String(path[end.upperBound...]))
  }

  /// What else a runner may call a test: libtest those of a file in `tests/`, and of one elsewhere than there and in
  /// `src/`.
  static func others(runner: String, name: String) -> [JUnitCaseName] {
    guard runner == "cargo test" else { return [] }
    return ["integration", "unknown"].map { JUnitCaseName(className: $0, name: name) }
  }

  /// Whether this is what a file calls `other` where it was told to call classes otherwise: `pytest --junit-prefix`
  /// writes a prefix before them, gotestsum the end of a package's path, or all of it where only the end is known.
  func isVariant(of other: JUnitCaseName, runner: String) -> Bool {
    guard name == other.name, !className.isEmpty, !other.className.isEmpty else { return false }
    return switch runner {
    case "pytest": className.hasSuffix("." + other.className)
    case "go test": className.hasSuffix("/" + other.className) || other.className.hasSuffix("/" + className)
    default: false
    }
  }
}
