/// A JUnit XML file as far as it is annotated: what its cases are called, and where in its bytes things stand.
struct JUnitFile {
  /// An element: `<name …>`, its content, `</name>`; of `<name …/>` the end is empty and follows the tag.
  struct Element {
    var name: String
    var tag: Range<Int>
    var end = 0..<0
    var isEmptyTag: Bool { end.isEmpty }
  }

  /// `testsuites` or `testsuite`.
  struct Suite {
    var tag: Range<Int>
    /// Index in `suites` of the one around it.
    var parent: Int?
  }

  struct Case {
    var element: Element
    var className: String
    var name: String
    /// As pytest's family xunit1 tells it.
    var file: String?
    /// Index in `suites`.
    var suite: Int?
    var properties: Element?
    /// The first `failure` or `error`.
    var failure: Element?
    var isSkipped = false
    /// Where the last of `properties`, `skipped`, `failure` and `error` ends.
    var resultsEnd: Int?
    var output: Element?
    /// Where the first `system-err` begins.
    var errorOutputStart: Int?
    /// Where the last element in it ends.
    var contentEnd: Int?
  }

  var suites: [Suite] = []
  var cases: [Case] = []
  /// Whether only ASCII may be written into it: its encoding is another than UTF-8.
  var isASCIIOnly = false
  /// It is process-tracer's own report.
  var isOwnReport = false
  /// An earlier annotation stands in it.
  var isAnnotated = false
}

/// Why a file cannot be annotated, for people.
struct JUnitFileError: Error, CustomStringConvertible {
  var description: String
}
