/// Text on its way to a sink, gathered into chunks.
struct ChunkBuffer {
  static let chunkSize = 65_536

  private(set) var bytes: [UInt8] = []
  /// How much was passed on already.
  private var passedOn = 0

  /// Bytes written in all.
  var total: Int { passedOn + bytes.count }

  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  mutating func line(_ text: String = "") {
    append(text)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Passes the text on where it fills a chunk.
  mutating func passOn(to sink: ([UInt8]) throws -> Void) rethrows {
    if bytes.count >= Self.chunkSize { try finish(to: sink) }
  }

  /// Passes on what there is.
  mutating func finish(to sink: ([UInt8]) throws -> Void) rethrows {
    guard !bytes.isEmpty else { return }
    try sink(bytes)
    passedOn += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }
}
