import Testing

@testable import KernelTracer

@Suite struct RecordTextsTests {
  private func turned(_ bytes: [UInt8], isCut: Bool = false) -> String {
    bytes.withUnsafeBytes { path(fromLeafFirst: $0, isCut: isCut) }
  }

  private func strings(_ text: String) -> [String] {
    Array(text.utf8).withUnsafeBytes { KernelTracer.strings(nulTerminated: $0) }
  }

  @Test func turnsPathsRound() {
    #expect(turned(Array("c/b/a/".utf8)) == "/a/b/c")
    #expect(turned(Array("longer than a small string/b/".utf8)) == "/b/longer than a small string")
    #expect(turned(Array("leaf".utf8)) == "/leaf")
  }

  @Test func leavesEmptyComponentsOut() {
    #expect(turned([]) == "/")
    #expect(turned(Array("/".utf8)) == "/")
    #expect(turned(Array("b//a/".utf8)) == "/a/b")
  }

  @Test func marksAPathThatWasCut() {
    #expect(turned(Array("c/b/".utf8), isCut: true) == "…/b/c")
    #expect(turned([], isCut: true) == "…/")
  }

  @Test func repairsBytesThatAreNoText() {
    #expect(turned(Array("b/".utf8) + [0xFF, UInt8(ascii: "/")]) == "/\u{FFFD}/b")
  }

  @Test func separatesStringsAtEachNUL() {
    #expect(strings("") == [])
    #expect(strings("sh\0-c\0\0") == ["sh", "-c", ""])
    #expect(strings("\0") == [""])
  }

  @Test func keepsALastStringThatWasCut() {
    #expect(strings("sh\0-c\0echo") == ["sh", "-c", "echo"])
  }
}
