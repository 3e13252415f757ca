private import CYaml

/// Reads the subset of YAML 1.1 that policies use: one document of maps, lists and scalars, no key twice in a map,
/// no anchors, aliases, tags or merge keys. Parsed by libyaml.
struct YAMLReader: ~Copyable {
  private static let depthLimit = 32

  private var parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)

  /// The document's root; nil where the file has none.
  static func document(in bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
    try bytes.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
      var reader = YAMLReader()
      // libyaml takes no null pointer, which an empty array may have.
      guard let start = buffer.baseAddress, !buffer.isEmpty else { return nil }
      yaml_parser_set_input_string(reader.parser, start, buffer.count)
      return try reader.stream(bytes)
    }
  }

  private init() {
    // Fails only without memory, as every allocation here.
    guard yaml_parser_initialize(parser) == 1 else { fatalError("out of memory") }
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  // MARK: Events

  private enum Event {
    case scalar(String, isPlain: Bool)
    case sequence
    case mapping
    case end
    case documentStart
    case streamEnd
    case other
  }

  private mutating func next(_ bytes: [UInt8]) throws(YAMLError) -> (event: Event, mark: YAMLMark) {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw failure(bytes) }
    defer { yaml_event_delete(&raw) }
    let mark = YAMLMark(raw.start_mark)
    switch raw.type {
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      try refuse(anchor: scalar.anchor, tag: scalar.tag, at: mark)
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return (.scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark)
    case YAML_SEQUENCE_START_EVENT:
      try refuse(anchor: raw.data.sequence_start.anchor, tag: raw.data.sequence_start.tag, at: mark)
      return (.sequence, mark)
    case YAML_MAPPING_START_EVENT:
      try refuse(anchor: raw.data.mapping_start.anchor, tag: raw.data.mapping_start.tag, at: mark)
      return (.mapping, mark)
    case YAML_ALIAS_EVENT:
      throw YAMLError(mark: mark, problem: "expected a value, found an alias (*name), which policies may not use")
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
      return (.end, mark)
    case YAML_DOCUMENT_START_EVENT:
      return (.documentStart, mark)
    case YAML_STREAM_END_EVENT:
      return (.streamEnd, mark)
    default:
      return (.other, mark)
    }
  }

  private func refuse(
    anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, at mark: YAMLMark
  ) throws(YAMLError) {
    if anchor != nil {
      throw YAMLError(mark: mark, problem: "expected a value, found an anchor (&name), which policies may not use")
    }
    if tag != nil {
      throw YAMLError(mark: mark, problem: "expected a value, found a tag (!name), which policies may not use")
    }
  }

  private func failure(_ bytes: [UInt8]) -> YAMLError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not readable"
    guard parser.pointee.error == YAML_READER_ERROR else {
      return YAMLError(mark: YAMLMark(parser.pointee.problem_mark), problem: "expected YAML: \(problem)")
    }
    // The reader works ahead of the marks; it gives the offset of the byte.
    let before = bytes.prefix(parser.pointee.problem_offset)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
    return YAMLError(mark: YAMLMark(line: line, column: column), problem: "expected UTF-8 text: \(problem)")
  }

  // MARK: Nodes

  private mutating func stream(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let (event, mark) = try next(bytes)
      switch event {
      case .documentStart:
        guard root == nil else { throw YAMLError(mark: mark, problem: "expected one document, found a second one") }
        let first = try next(bytes)
        root = try node(first.event, first.mark, depth: 0, bytes)
      case .streamEnd:
        return root
      default:
        continue
      }
    }
  }

  private mutating func node(
    _ event: Event, _ mark: YAMLMark, depth: Int, _ bytes: [UInt8]
  ) throws(YAMLError) -> YAMLNode {
    guard depth < Self.depthLimit else {
      throw YAMLError(mark: mark, problem: "expected at most \(Self.depthLimit) levels of nesting")
    }
    switch event {
    case .scalar(let text, let isPlain):
      return YAMLNode(content: .scalar(text, isPlain: isPlain), mark: mark)
    case .sequence:
      var items: [YAMLNode] = []
      while true {
        let item = try next(bytes)
        if case .end = item.event { return YAMLNode(content: .sequence(items), mark: mark) }
        items.append(try node(item.event, item.mark, depth: depth + 1, bytes))
      }
    case .mapping:
      return YAMLNode(content: .mapping(try entries(depth: depth, bytes)), mark: mark)
    case .end, .documentStart, .streamEnd, .other:
      throw YAMLError(mark: mark, problem: "expected a value")
    }
  }

  private mutating func entries(depth: Int, _ bytes: [UInt8]) throws(YAMLError) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var seen: [String: YAMLMark] = [:]
    while true {
      let key = try next(bytes)
      if case .end = key.event { return entries }
      guard case .scalar(let name, _) = key.event else {
        throw YAMLError(mark: key.mark, problem: "expected a key that is a word, found a list or a map")
      }
      if let first = seen.updateValue(key.mark, forKey: name) {
        throw YAMLError(
          mark: key.mark,
          problem: "key \(name.quotedForMessage): expected once, found again (first in line \(first.line))")
      }
      let value = try next(bytes)
      entries.append(
        YAMLNode.Entry(
          key: name, keyMark: key.mark, value: try node(value.event, value.mark, depth: depth + 1, bytes)))
    }
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
  }
}
