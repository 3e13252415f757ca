import Glibc
import Testing
import Trace

private func parse(_ bytes: [UInt8]) -> DNSMessage? {
  bytes.withUnsafeBytes { DNSMessage($0) }
}

/// An answer to `question`, with one pointer to it as every record's owner.
private func message(
  question: [UInt8] = Wire.name("api", "example", "com"), type: UInt8 = 1, flags: [UInt8] = [0x81, 0x80],
  count: UInt8? = nil, records: [[UInt8]]
) -> [UInt8] {
  var bytes: [UInt8] = [0x12, 0x34] + flags
  bytes += [0, 1, 0, count ?? UInt8(records.count), 0, 0, 0, 0]
  bytes += question
  bytes += [0, type, 0, 1]
  return bytes + records.joined()
}

private enum Wire {
  static func name(_ labels: String...) -> [UInt8] {
    labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  static func record(_ type: UInt8, owner: [UInt8] = [0xC0, 12], _ data: [UInt8]) -> [UInt8] {
    let fixed: [UInt8] = [0, type, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 0xFF)]
    return owner + fixed + data
  }
}

@Suite struct DNSMessageTests {
  @Test func readsAddressesBehindAliases() throws {
    let bytes = message(records: [
      Wire.record(5, Wire.name("edge", "CDN")),
      Wire.record(1, owner: [0xC0, 45], [192, 0, 2, 8]),
      Wire.record(28, owner: Wire.name("edge", "cdn"), [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]),
    ])
    let parsed = try #require(parse(bytes))
    #expect(parsed.name == "api.example.com")
    #expect(parsed.type == .a)
    #expect(!parsed.isBroken)
    #expect(
      parsed.records == [
        .alias(name: "api.example.com", "edge.cdn"), .address(name: "edge.cdn", IPAddress("192.0.2.8")!),
        .address(name: "edge.cdn", IPAddress("2001:db8::8")!),
      ])
  }

  @Test func readsHintsOfServiceBindings() throws {
    let hints: [UInt8] = [0, 1, 0, 3, 2, 0x68, 0x32, 0, 4, 0, 8, 192, 0, 2, 1, 192, 0, 2, 2]
    let parsed = try #require(parse(message(type: 65, records: [Wire.record(65, [0, 1, 0] + hints)])))
    #expect(
      parsed.records == [
        .service(
          name: "api.example.com", type: .https, target: ".",
          hints: [IPAddress("192.0.2.1")!, IPAddress("192.0.2.2")!])
      ])
  }

  @Test func keepsWhatCameBeforeTheBytesEnd() throws {
    let whole = message(count: 2, records: [Wire.record(1, [192, 0, 2, 1]), Wire.record(1, [192, 0, 2, 2])])
    for length in (whole.count - 15)..<whole.count {
      let parsed = try #require(parse(Array(whole[..<length])))
      #expect(parsed.isBroken)
      #expect(parsed.records == [.address(name: "api.example.com", IPAddress("192.0.2.1")!)])
    }
  }

  @Test func refusesWhatIsNoAnswerToOneQuestion() {
    #expect(parse([]) == nil)
    #expect(parse(message(flags: [0x01, 0], records: [])) == nil, "a question")
    #expect(parse(message(flags: [0xA1, 0], records: [])) == nil, "another opcode")
    var two = message(records: [])
    two[5] = 2
    #expect(parse(two) == nil)
    #expect(parse(message(question: [4, 0x61, 0x62], records: [])) == nil, "a label that is cut off")
  }

  @Test func readsNamesOf255OctetsAndNoLonger() throws {
    let label = String(repeating: "a", count: 63)
    let longest = Wire.name(label, label, label, String(repeating: "b", count: 61))
    #expect(longest.count == 255)
    #expect(try #require(parse(message(question: longest, records: []))).name.utf8.count == 253)
    let longer = Wire.name(label, label, label, String(repeating: "b", count: 62))
    #expect(parse(message(question: longer, records: [])) == nil)
  }

  @Test(arguments: [[0xC0, 12], [0xC0, 33], [0xC0, 200], [0xFF, 0xFF]] as [[UInt8]])
  func endsWithPointersThatLeadNowhere(pointer: [UInt8]) throws {
    let parsed = try #require(parse(message(records: [Wire.record(5, pointer), Wire.record(1, [192, 0, 2, 1])])))
    #expect(parsed.records.last == .address(name: "api.example.com", IPAddress("192.0.2.1")!) || parsed.isBroken)
  }

  /// What any change of a message does to its reading: never more than it has bytes for.
  @Test func survivesMutations() {
    let seeds = [
      message(records: [
        Wire.record(5, Wire.name("edge", "cdn")), Wire.record(1, owner: [0xC0, 45], [192, 0, 2, 8]),
        Wire.record(28, Array(repeating: 7, count: 16)),
      ]),
      message(
        type: 65, records: [Wire.record(65, [0, 1, 0, 0, 4, 0, 4, 192, 0, 2, 1, 0, 6, 0, 16] + [UInt8](0..<16))]),
    ]
    var generator = Mutations(state: 1)
    var readable = 0
    for seed in seeds {
      for _ in 0..<Mutations.count / seeds.count {
        let mutated = generator.mutate(seed)
        guard let parsed = parse(mutated) else { continue }
        readable += 1
        #expect(parsed.name.utf8.count <= 1020)
        #expect(parsed.records.count <= mutated.count / 11)
      }
    }
    #expect(readable > 1_000)
  }
}

/// Repeatable changes of bytes.
struct Mutations: RandomNumberGenerator {
  var state: UInt64

  /// How many a test tries; PROCESS_TRACER_TEST_MUTATIONS sets it for the long proof.
  static let count = getenv("PROCESS_TRACER_TEST_MUTATIONS").flatMap { Int(String(cString: $0)) } ?? 40_000

  /// splitmix64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func mutate(_ seed: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 2: bytes[place] = [0, 0xC0, 0x3F, 0xFF].randomElement(using: &self) ?? 0
      case 3: bytes.removeLast(bytes.count - place)
      default: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      }
    }
    return bytes
  }
}
