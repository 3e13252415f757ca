import CExpat

/// Finds the places in a JUnit XML file.
///
/// A document type declaration is refused, so that there are no entities to expand and nothing is fetched. Offsets
/// are those of the bytes, since every encoding but UTF-8, ISO-8859-1 and US-ASCII is refused, too.
final class JUnitFileReader {
  private var file = JUnitFile()
  private var problem: String?
  private let parser: OpaquePointer
  /// What is open, the outermost first.
  private var open: [Place] = []

  private enum Place {
    case suite(Int)
    case testCase
    /// An element in a case.
    case part(JUnitFile.Element)
    /// A property list in a case.
    case other
  }

  static func read(_ bytes: [UInt8]) throws(JUnitFileError) -> JUnitFile {
    guard let parser = XML_ParserCreate(nil) else { throw JUnitFileError(description: "there is no memory for it") }
    defer { XML_ParserFree(parser) }
    return try JUnitFileReader(parser).read(bytes)
  }

  private init(_ parser: OpaquePointer) {
    self.parser = parser
  }

  private func read(_ bytes: [UInt8]) throws(JUnitFileError) -> JUnitFile {
    // UTF-16, by its byte order mark or by the zero of its first character.
    if bytes.prefix(2) == [0xFE, 0xFF] || bytes.prefix(2) == [0xFF, 0xFE] || bytes.prefix(2).contains(0) {
      throw JUnitFileError(description: "its encoding is UTF-16; UTF-8 can be annotated")
    }
    setHandlers()
    let status = withExtendedLifetime(self) {
      bytes.withUnsafeBytes { XML_Parse(parser, $0.baseAddress, Int32($0.count), 1) }
    }
    if let problem { throw JUnitFileError(description: problem) }
    guard status == XML_STATUS_OK else {
      let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "error"
      throw JUnitFileError(description: "it is not XML: \(reason), line \(XML_GetCurrentLineNumber(parser))")
    }
    return file
  }

  private func setHandlers() {
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser, { JUnitFileReader.at($0)?.start($1, $2) }, { data, _ in JUnitFileReader.at(data)?.end() })
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
      JUnitFileReader.at(data)?.stop("it has a document type declaration, which no test results need")
    }
    XML_SetXmlDeclHandler(parser) { data, _, encoding, _ in
      guard let encoding else { return }
      JUnitFileReader.at(data)?.file.isASCIIOnly = String(cString: encoding).lowercased() != "utf-8"
    }
  }

  private static func at(_ data: UnsafeMutableRawPointer?) -> JUnitFileReader? {
    data.map { Unmanaged<JUnitFileReader>.fromOpaque($0).takeUnretainedValue() }
  }

  private func stop(_ problem: String) {
    self.problem = self.problem ?? problem
    XML_StopParser(parser, XML_Bool(XML_FALSE))
  }

  /// Of the event that is told now.
  private var range: Range<Int> {
    let start = Int(XML_GetCurrentByteIndex(parser))
    return start..<start + Int(XML_GetCurrentByteCount(parser))
  }

  // MARK: Elements

  private func start(
    _ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
  ) {
    let name = name.map { String(cString: $0) } ?? ""
    let tag = range
    switch open.last {
    case nil:
      guard name == "testsuites" || name == "testsuite" else {
        stop("it is not a JUnit report: its first element is <\(name)>")
        return
      }
      file.isOwnReport = Self.value(of: "name", in: attributes) == "process-tracer"
      openSuite(tag, in: nil)
    case .suite(let parent) where name == "testsuite":
      openSuite(tag, in: parent)
    case .suite(let suite) where name == "testcase":
      file.cases.append(
        JUnitFile.Case(
          element: JUnitFile.Element(name: name, tag: tag),
          className: Self.value(of: "classname", in: attributes) ?? "",
          name: Self.value(of: "name", in: attributes) ?? "", file: Self.value(of: "file", in: attributes),
          suite: suite))
      open.append(.testCase)
    case .testCase:
      open.append(.part(JUnitFile.Element(name: name, tag: tag)))
    case .part(let list) where list.name == "properties" && name == "property":
      if Self.value(of: "name", in: attributes)?.hasPrefix(JUnitAnnotation.propertyPrefix) == true {
        file.isAnnotated = true
      }
      open.append(.other)
    default:
      open.append(.other)
    }
  }

  private func openSuite(_ tag: Range<Int>, in parent: Int?) {
    open.append(.suite(file.suites.count))
    file.suites.append(JUnitFile.Suite(tag: tag, parent: parent))
  }

  private func end() {
    let end = range
    switch open.popLast() {
    case .testCase: file.cases[file.cases.count - 1].element.end = end
    case .part(var element):
      element.end = end
      add(element)
    default: break
    }
  }

  private func add(_ element: JUnitFile.Element) {
    let last = file.cases.count - 1
    let end = element.isEmptyTag ? element.tag.upperBound : element.end.upperBound
    file.cases[last].contentEnd = end
    switch element.name {
    case "properties":
      file.cases[last].properties = file.cases[last].properties ?? element
      file.cases[last].resultsEnd = end
    case "failure", "error":
      file.cases[last].failure = file.cases[last].failure ?? element
      file.cases[last].resultsEnd = end
    case "skipped":
      file.cases[last].isSkipped = true
      file.cases[last].resultsEnd = end
    case "system-out": file.cases[last].output = file.cases[last].output ?? element
    case "system-err":
      file.cases[last].errorOutputStart = file.cases[last].errorOutputStart ?? element.tag.lowerBound
    default: break
    }
  }

  /// The value of an attribute from expat's list of names and values.
  private static func value(
    of name: String, in attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
  ) -> String? {
    guard var next = attributes else { return nil }
    while let key = next[0], let value = next[1] {
      if name == String(cString: key) { return String(cString: value) }
      next += 2
    }
    return nil
  }
}
