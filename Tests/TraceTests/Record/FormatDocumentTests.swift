import Glibc
import Testing
import Trace

@Suite struct FormatDocumentTests {
  /// Every member that the sources write is in FORMAT.md.
  @Test func namesEveryMember() throws {
    let record = #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Sources/Trace/Record/"
    let document = try text(of: "/" + record + "FORMAT.md")
    var names: Set<Substring> = []
    for source in ["RunRecordWriter.swift", "RecordedMembers.swift", "RecordedEvents.swift", "RecordedNames.swift"] {
      let text = try text(of: "/" + record + source)
      for match in text.matches(of: /(?:member|mark|key|begin)\(\s*"(\w+)"/) { names.insert(match.output.1) }
    }
    #expect(names.count > 50)
    for name in names {
      #expect(document.contains("`\(name)`") || document.contains("`lost.\(name)`"), "\(name)")
    }
  }

  private func text(of path: String) throws -> String {
    let file = try #require(fopen(path, "r"), "\(path)")
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
