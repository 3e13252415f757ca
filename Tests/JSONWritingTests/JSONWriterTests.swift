import JSONWriting
import Testing

@Suite struct JSONWriterTests {
  @Test func placesCommasInNestedValues() {
    var json = JSONWriter()
    json.object {
      $0.member("name", "a")
      $0.member(
        "values",
        array: { values in
          values.integer(1)
          values.object { $0.member("yes", true) }
          values.null()
        })
      $0.member("last", ["x", "y"])
    }
    json.endLine()
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"name":"a","values":[1,{"yes":true},null],"last":["x","y"]}"# + "\n")
  }

  @Test func escapesControlCharactersQuotesAndBackslashes() {
    var json = JSONWriter()
    json.string("a\"b\\c\nd\u{1B}[31m\u{0}é")
    #expect(String(decoding: json.bytes, as: UTF8.self) == #""a\"b\\c\nd\u001b[31m\u0000é""#)
  }

  @Test func writesIntegersOfEveryWidth() {
    var json = JSONWriter()
    json.array {
      $0.integer(0)
      $0.integer(-7)
      $0.integer(UInt64.max)
      $0.integer(Int64.min)
      $0.integer(UInt8(42))
    }
    #expect(String(decoding: json.bytes, as: UTF8.self) == "[0,-7,18446744073709551615,-9223372036854775808,42]")
  }

  @Test func writesTextFromBytes() {
    var json = JSONWriter()
    Array("a\"b".utf8).withUnsafeBufferPointer { json.string(utf8: $0) }
    #expect(String(decoding: json.bytes, as: UTF8.self) == #""a\"b""#)
  }
}
