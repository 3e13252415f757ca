import OTLP
import Testing

@testable import OTLPExport

/// Expected bytes by the encoding's definition: https://protobuf.dev/programming-guides/encoding/
@Suite struct ProtobufTests {
  private func message(_ build: (inout ProtobufMessage) -> Void) -> [UInt8] {
    var message = ProtobufMessage()
    build(&message)
    return message.bytes
  }

  @Test func everyTypeHasItsForm() {
    #expect(message { $0.add(1, .varint(150)) } == [0x08, 0x96, 0x01])
    #expect(message { $0.add(1, .varint(.max)) } == [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
    #expect(message { $0.add(2, .string("testing")) } == [0x12, 0x07] + Array("testing".utf8))
    #expect(message { $0.add(16, .fixed32(0x0102_0304)) } == [0x85, 0x01, 4, 3, 2, 1])
    #expect(message { $0.add(7, .fixed64(1)) } == [0x39, 1, 0, 0, 0, 0, 0, 0, 0])
    #expect(message { $0.add(3, .bytes([0, 255])) } == [0x1A, 2, 0, 255])
    let inner = ProtobufMessage(.int(-1))
    #expect(message { $0.add(3, .message(inner)) } == [0x1A, 11, 0x18] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
  }

  @Test func defaultsAreLeftOutButInAOneof() {
    let all: [ProtobufMessage.Value] = [.varint(0), .fixed32(0), .fixed64(0), .bytes([]), .string("")]
    #expect(message { for value in all { $0.add(1, value) } } == [])
    #expect(message { $0.add(1, .message(ProtobufMessage())) } == [0x0A, 0])
    #expect(ProtobufMessage(AttributeValue.string("")).bytes == [0x0A, 0])
    #expect(ProtobufMessage(AttributeValue.bool(false)).bytes == [0x10, 0])
    #expect(ProtobufMessage(AttributeValue.strings([])).bytes == [0x2A, 0])
  }

  @Test func fieldsAreFoundAmongUnknownOnes() throws {
    let bytes = message { message in
      message.add(9, .fixed32(1))
      message.add(8, .fixed64(1))
      message.add(1, .varint(7))
      message.add(2, .string("slow \u{fc}"))
      message.add(3, .message(ProtobufMessage(.string("inner"))))
    }
    let fields = try #require(ProtobufFields(bytes))
    #expect(fields.number(1) == 7 && fields.text(2) == "slow \u{fc}" && fields.message(3)?.text(1) == "inner")
    #expect(fields.number(5) == 0 && fields.text(5) == "" && fields.message(5) == nil)
    #expect(ProtobufFields([])?.number(1) == 0)
  }

  @Test(arguments: [
    [0x0A], [0x0A, 5, 1], [0x08], [0x08, 0x80], [0x0B], [0x39, 1], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
  ])
  func whatIsCutOrBrokenIsNoMessage(bytes: [UInt8]) {
    #expect(ProtobufFields(bytes) == nil)
  }
}
