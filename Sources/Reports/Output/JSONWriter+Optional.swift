import JSONWriting

extension JSONWriter {
  /// A member that is `null` where there is no value.
  mutating func optional(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  mutating func optional(_ name: StaticString, _ value: Int?) {
    key(name)
    if let value { integer(value) } else { null() }
  }

  /// Passes the text on where it fills a chunk.
  mutating func passOn(to sink: ([UInt8]) throws -> Void) rethrows {
    guard bytes.count >= ChunkBuffer.chunkSize else { return }
    try sink(bytes)
    removeWrittenBytes()
  }
}
