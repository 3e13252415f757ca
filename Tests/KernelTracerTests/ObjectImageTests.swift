import Testing

@testable import KernelTracer

struct ObjectImageTests {
  @Test func decodesBase64OfEveryLength() {
    for (text, expected) in [("TQ==", "M"), ("TWE=", "Ma"), ("TWFu", "Man"), ("+/+/", "\u{FB}\u{FF}\u{BF}")] {
      let decoded = Array(text.utf8).withUnsafeBufferPointer { ObjectImage.decode(base64: $0) }
      #expect(decoded == expected.unicodeScalars.map { UInt8($0.value) })
    }
  }

  @Test func unpacksWhatEmbedScriptPacks() {
    // printf hello | gzip -9nc | base64
    #expect(ObjectImage.unpack("H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA==") == Array("hello".utf8))
  }
}
