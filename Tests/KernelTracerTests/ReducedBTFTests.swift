import Testing

@testable import KernelTracer

/// Builds BTF by hand: `struct NAME { members }` of one integer type.
private struct BTFWriter {
  private var types: [UInt32] = []
  private var strings: [UInt8] = [0]

  /// The first type is always `int`, with id 1.
  init() {
    types += [string("int"), BTFBlob.Kind.int.rawValue << 24, 4, 32]
  }

  mutating func structure(_ name: String, size: UInt32, _ members: [(name: String, type: UInt32, bits: UInt32)]) {
    types += [string(name), BTFBlob.Kind.structure.rawValue << 24 | UInt32(members.count), size]
    for member in members { types += [string(member.name), member.type, member.bits] }
  }

  mutating func pointer(to type: UInt32) {
    types += [0, BTFBlob.Kind.pointer.rawValue << 24, type]
  }

  mutating func typedef(_ name: String, of type: UInt32) {
    types += [string(name), BTFBlob.Kind.typedef.rawValue << 24, type]
  }

  private mutating func string(_ text: String) -> UInt32 {
    if text.isEmpty { return 0 }
    defer { strings += text.utf8 + [0] }
    return UInt32(strings.count)
  }

  var bytes: [UInt8] {
    let sizes: [UInt32] = [24, 0, UInt32(types.count * 4), UInt32(types.count * 4), UInt32(strings.count)]
    let header: [UInt8] = [0x9F, 0xEB, 1, 0]
    return header + (sizes + types).flatMap { word in withUnsafeBytes(of: word) { Array($0) } } + strings
  }
}

@Suite struct ReducedBTFTests {
  private func make(
    programs: [UInt8], kernel: [UInt8], tracepoints: Set<String> = []
  ) -> (types: [UInt8], tracepoints: [String: UInt32])? {
    programs.withUnsafeBytes { programs in
      kernel.withUnsafeBytes { kernel in
        guard let programs = BTFBlob(programs), let kernel = BTFBlob(kernel) else { return nil }
        return ReducedBTF.make(programs: programs, kernel: kernel, tracepoints: tracepoints)
      }
    }
  }

  private func reduce(programs: [UInt8], kernel: [UInt8]) -> [UInt8]? {
    make(programs: programs, kernel: kernel)?.types
  }

  /// Structures as `name: member@bits …`.
  private func structures(_ bytes: [UInt8]) -> [String] {
    bytes.withUnsafeBytes { bytes in
      guard let blob = BTFBlob(bytes) else { return ["not BTF"] }
      return (1...UInt32(blob.typeCount)).filter { blob.kind(of: $0) == .structure }.map { type in
        let members = blob.members(of: type).map { "\(blob.string(at: $0.name))@\($0.offset)" }
        return "\(blob.string(at: blob.name(of: type))): " + members.joined(separator: " ")
      }
    }
  }

  @Test func keepsTheMembersThatTheProgramsNameAtTheirPlaces() throws {
    var programs = BTFWriter()
    programs.structure("task___ours", size: 8, [("pid", 1, 0), ("tgid", 1, 32)])
    var kernel = BTFWriter()
    kernel.structure("cred", size: 4, [("uid", 1, 0)])
    kernel.structure("task", size: 64, [("state", 1, 0), ("pid", 1, 256), ("tgid", 1, 288)])
    let reduced = try #require(reduce(programs: programs.bytes, kernel: kernel.bytes))
    #expect(structures(reduced) == ["task: pid@256 tgid@288"])
  }

  @Test func looksIntoNamelessMembers() throws {
    var programs = BTFWriter()
    programs.structure("mm", size: 8, [("arg_start", 1, 0)])
    var kernel = BTFWriter()
    kernel.structure("", size: 8, [("arg_end", 1, 0), ("arg_start", 1, 32)])
    kernel.structure("mm", size: 16, [("", 2, 64)])
    let reduced = try #require(reduce(programs: programs.bytes, kernel: kernel.bytes))
    #expect(structures(reduced).sorted() == [": arg_start@32", "mm: @64"])
  }

  @Test func followsNoPointers() throws {
    var programs = BTFWriter()
    programs.structure("task", size: 8, [("mm", 1, 0)])
    var kernel = BTFWriter()
    kernel.structure("mm", size: 8, [("arg_start", 1, 0)])
    kernel.pointer(to: 2)
    kernel.structure("task", size: 8, [("mm", 3, 0)])
    let reduced = try #require(reduce(programs: programs.bytes, kernel: kernel.bytes))
    #expect(structures(reduced) == ["task: mm@0"])
  }

  @Test func findsTheTypesOfTracepointsThatTheKernelHas() throws {
    var kernel = BTFWriter()
    kernel.structure("btf_trace_sent", size: 8, [("length", 1, 0)])
    kernel.typedef("btf_trace_received", of: 1)
    kernel.typedef("btf_trace_sent", of: 1)
    let made = try #require(
      make(programs: BTFWriter().bytes, kernel: kernel.bytes, tracepoints: ["sent", "not_there"]))
    #expect(made.tracepoints == ["sent": 4])
  }

  @Test func refusesWhatIsNotBTF() {
    let good = BTFWriter().bytes
    #expect(reduce(programs: good, kernel: []) == nil)
    #expect(reduce(programs: good, kernel: Array(good.dropLast(3))) == nil)
    #expect(reduce(programs: good, kernel: [0] + good) == nil)
  }
}
