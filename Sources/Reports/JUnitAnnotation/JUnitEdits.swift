/// Changes to a JUnit file that leave every other byte as it was.
struct JUnitEdits {
  private let file: JUnitFile
  private let bytes: [UInt8]
  private var edits: [(range: Range<Int>, text: String)] = []
  /// By index in `JUnitFile.suites`.
  private var failures: [Int: Int] = [:]
  private var noLongerSkipped: [Int: Int] = [:]

  init(_ file: JUnitFile, _ bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  mutating func add(_ annotation: JUnitAnnotation, to index: Int) {
    let testCase = file.cases[index]
    let style = Indentation(of: testCase.element.tag.lowerBound, in: bytes)
    let properties = annotation.properties.map { property in
      #"<property name="\#(property.name.xmlEscaped)" value="\#(property.value.xmlEscaped)"/>"#
    }
    var pieces = Pieces()
    if let list = testCase.properties {
      pieces.insert(properties.map { style.inner + $0 }.joined(), into: list, before: style.outer)
    } else {
      let list = ["<properties>"] + properties.map { style.step + $0 } + ["</properties>"]
      pieces.insert(list.map { style.outer + $0 }.joined(), at: testCase.element.tag.upperBound)
    }
    if let failure = annotation.failure { add(failure, to: testCase, style, &pieces) }
    if !annotation.output.isEmpty {
      let text = annotation.output.joined(separator: "\n").xmlText
      if let output = testCase.output {
        pieces.insert("\n\(text)\n", into: output)
      } else {
        let place = testCase.errorOutputStart ?? testCase.contentEnd ?? testCase.element.tag.upperBound
        let element = "<system-out>\(text)</system-out>"
        pieces.insert(
          testCase.errorOutputStart == nil ? style.outer + element : element + style.outer, at: place)
      }
    }
    edits += pieces.edits(in: testCase.element, endIndent: style.own)
  }

  private mutating func add(
    _ failure: JUnitAnnotation.Failure, to testCase: JUnitFile.Case, _ style: Indentation, _ pieces: inout Pieces
  ) {
    // A second failure would be lost: most consumers read one.
    if let known = testCase.failure {
      pieces.insert((known.isEmptyTag ? "" : "\n\n") + failure.text.xmlText, into: known)
      return
    }
    let attributes = #"type="\#(failure.type)" message="\#(failure.message.xmlEscaped)""#
    pieces.insert(
      "\(style.outer)<failure \(attributes)>\(failure.text.xmlText)</failure>",
      at: testCase.resultsEnd ?? testCase.element.tag.upperBound)
    var next = testCase.suite
    while let suite = next {
      failures[suite, default: 0] += 1
      if testCase.isSkipped { noLongerSkipped[suite, default: 0] += 1 }
      next = file.suites[suite].parent
    }
  }

  /// The file with all of it.
  func applied() -> [UInt8] {
    let counts =
      failures.flatMap { number("failures", ofSuite: $0, changedBy: $1) }
      + noLongerSkipped.flatMap { number("skipped", ofSuite: $0, changedBy: -$1) }
    let all = edits + counts
    let order = all.indices.sorted { (all[$0].range.lowerBound, $0) < (all[$1].range.lowerBound, $1) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + all.reduce(0) { $0 + $1.text.utf8.count })
    var position = 0
    for edit in order.lazy.map({ all[$0] }) {
      result += bytes[position..<edit.range.lowerBound]
      result += (file.isASCIIOnly ? edit.text.asciiReferences : edit.text).utf8
      position = edit.range.upperBound
    }
    return result + bytes[position...]
  }

  /// Changes a number in a suite's tag where it has it: consumers read these instead of counting.
  private func number(
    _ attribute: String, ofSuite suite: Int, changedBy change: Int
  ) -> [(range: Range<Int>, text: String)] {
    guard let range = XMLTag(bytes[file.suites[suite].tag]).valueRange(of: attribute),
      let number = Int(String(decoding: bytes[range], as: UTF8.self).filter { !$0.isWhitespace }),
      number + change >= 0
    else { return [] }
    return [(range, String(number + change))]
  }
}

/// Changes within one case, in the order in which they follow one another at a place.
private struct Pieces {
  private var insertions: [(place: Int, text: String)] = []
  private var openings: [(range: Range<Int>, text: String)] = []

  mutating func insert(_ text: String, at place: Int) { insertions.append((place, text)) }

  /// Puts text at an element's end; one written as `<name/>` gets an end tag.
  mutating func insert(_ text: String, into element: JUnitFile.Element, before ending: String = "") {
    guard element.isEmptyTag else {
      insertions.append((element.end.lowerBound, text))
      return
    }
    let slash = element.tag.upperBound - 2
    openings.append((slash..<element.tag.upperBound, ">\(text)\(ending)</\(element.name)>"))
  }

  /// - Parameter endIndent: what stands before an end tag that begins a line.
  func edits(in testCase: JUnitFile.Element, endIndent: String) -> [(range: Range<Int>, text: String)] {
    let tagEnd = testCase.tag.upperBound
    guard !testCase.isEmptyTag else {
      let content = insertions.map(\.text).joined()
      return [(tagEnd - 2..<tagEnd, ">\(content)\(endIndent)</\(testCase.name)>")]
    }
    var edits = insertions.map { (range: $0.place..<$0.place, text: $0.text) } + openings
    if testCase.end.lowerBound == tagEnd { edits.append((tagEnd..<tagEnd, endIndent)) }
    return edits
  }
}

/// Line feeds and spaces as a file has them before a case; nothing where cases do not begin lines.
private struct Indentation {
  /// Before the case's own end tag, an element in it, and an element in that.
  let own: String
  let outer: String
  let inner: String
  let step: String

  init(of start: Int, in bytes: [UInt8]) {
    let blanks = bytes[..<start].reversed().prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    let line = start - blanks.count
    guard line > 0, bytes[line - 1] == UInt8(ascii: "\n") else {
      (own, outer, inner, step) = ("", "", "", "")
      return
    }
    step = bytes[line..<start].contains(UInt8(ascii: "\t")) ? "\t" : "  "
    own = "\n" + String(decoding: bytes[line..<start], as: UTF8.self)
    outer = own + step
    inner = outer + step
  }
}

/// The bytes of a well-formed start tag: `<name a="1" b='2'>`. XML 1.0, productions 40 and 41.
private struct XMLTag {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  /// Where the value of an attribute stands, without its quotes.
  func valueRange(of attribute: String) -> Range<Int>? {
    var rest = bytes.drop { !Self.isBlank($0) }
    while true {
      rest = rest.drop(while: Self.isBlank)
      let name = rest.prefix { $0 != UInt8(ascii: "=") && !Self.isBlank($0) }
      rest = rest.dropFirst(name.count).drop { $0 != UInt8(ascii: "=") }.dropFirst().drop(while: Self.isBlank)
      guard let quote = rest.popFirst(), let end = rest.firstIndex(of: quote) else { return nil }
      if name.elementsEqual(attribute.utf8) { return rest.startIndex..<end }
      rest = rest[(end + 1)...]
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

extension String {
  /// The text with references for whatever is not ASCII.
  fileprivate var asciiReferences: String {
    unicodeScalars.map { $0.isASCII ? String($0) : "&#\($0.value);" }.joined()
  }
}
