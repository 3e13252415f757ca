/// The members of one line, read by name and type.
struct RecordFields {
  private let members: [(key: String, value: JSONValue)]

  init(_ members: [(key: String, value: JSONValue)]) {
    self.members = members
  }

  /// nil where the member is absent or null.
  private func value(_ key: String) -> JSONValue? {
    for member in members where member.key == key {
      if case .null = member.value { return nil }
      return member.value
    }
    return nil
  }

  // MARK: Plain values

  func optionalString(_ key: String) throws(RecordFault) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw .expected("a string", for: key) }
    return text
  }

  func string(_ key: String) throws(RecordFault) -> String {
    guard let text = try optionalString(key) else { throw .expected("a string", for: key) }
    return text
  }

  func optionalInteger<Number: FixedWidthInteger>(
    _ key: String, as type: Number.Type = Number.self
  ) throws(RecordFault) -> Number? {
    guard let value = value(key) else { return nil }
    let number: Number? =
      switch value {
      case .unsigned(let value): Number(exactly: value)
      case .negative(let value): Number(exactly: value)
      default: throw .expected("a number", for: key)
      }
    guard let number else { throw .expected("a number from \(Number.min) to \(Number.max)", for: key) }
    return number
  }

  func integer<Number: FixedWidthInteger>(
    _ key: String, as type: Number.Type = Number.self
  ) throws(RecordFault) -> Number {
    guard let number = try optionalInteger(key, as: Number.self) else { throw .expected("a number", for: key) }
    return number
  }

  /// false where absent.
  func mark(_ key: String) throws(RecordFault) -> Bool {
    guard value(key) != nil else { return false }
    return try bool(key)
  }

  func bool(_ key: String) throws(RecordFault) -> Bool {
    guard case .bool(let bool) = value(key) else { throw .expected("true or false", for: key) }
    return bool
  }

  func strings(_ key: String) throws(RecordFault) -> [String] {
    guard case .array(let elements) = value(key) else { throw .expected("an array of strings", for: key) }
    var strings: [String] = []
    strings.reserveCapacity(elements.count)
    for element in elements {
      guard case .string(let text) = element else { throw .expected("an array of strings", for: key) }
      strings.append(text)
    }
    return strings
  }

  /// nil where absent.
  func optionalObjects(_ key: String) throws(RecordFault) -> [RecordFields]? {
    value(key) == nil ? nil : try objects(key)
  }

  func objects(_ key: String) throws(RecordFault) -> [RecordFields] {
    guard case .array(let elements) = value(key) else { throw .expected("an array of objects", for: key) }
    var objects: [RecordFields] = []
    for element in elements {
      guard case .object(let members) = element else { throw .expected("an array of objects", for: key) }
      objects.append(RecordFields(members))
    }
    return objects
  }

  func object(_ key: String) throws(RecordFault) -> RecordFields {
    guard case .object(let members) = value(key) else { throw .expected("an object", for: key) }
    return RecordFields(members)
  }

  func stringsByName(_ key: String) throws(RecordFault) -> [String: String] {
    let fields = try object(key)
    var values: [String: String] = [:]
    for member in fields.members { values[member.key] = try fields.string(member.key) }
    return values
  }

  func countsByName(_ key: String) throws(RecordFault) -> [String: UInt64] {
    let fields = try object(key)
    var values: [String: UInt64] = [:]
    for member in fields.members { values[member.key] = try fields.integer(member.key) }
    return values
  }

  func hasValue(_ key: String) -> Bool { value(key) != nil }

  // MARK: Values of the model

  func instant(_ key: String) throws(RecordFault) -> BootInstant {
    BootInstant(nanoseconds: try integer(key))
  }

  func process(_ pid: String = "pid", _ start: String = "start") throws(RecordFault) -> ProcessIdentity {
    ProcessIdentity(pid: try integer(pid), start: try instant(start))
  }

  func parent() throws(RecordFault) -> ProcessIdentity {
    try process("parent_pid", "parent_start")
  }

  func test() throws(RecordFault) -> TestMark {
    guard let id = try optionalInteger("test", as: UInt32.self) else { return .none }
    guard id < 1 << 28 else { throw .expected("a number below 268435456", for: "test") }
    guard let level = Attribution.Level(rawValue: try string("test_level")) else {
      throw .expected("a level (exact, handoff, creator, process)", for: "test_level")
    }
    return TestMark(id: id, level: level)
  }

  func endpoint(_ key: String) throws(RecordFault) -> Endpoint {
    guard let endpoint = Endpoint(try string(key)) else {
      throw .expected("an address and port (192.0.2.1:443, [2001:db8::1]:443)", for: key)
    }
    return endpoint
  }

  func address(_ key: String) throws(RecordFault) -> IPAddress {
    guard let address = IPAddress(try string(key)) else { throw .expected("an IP address", for: key) }
    return address
  }

  func recordType(_ key: String) throws(RecordFault) -> RecordType {
    guard let type = RecordType(try string(key)) else { throw .expected("a DNS type (A, AAAA, TYPE64)", for: key) }
    return type
  }

  func transport() throws(RecordFault) -> TransportProtocol {
    guard let transport = TransportProtocol(try string("protocol")) else {
      throw .expected("a protocol (tcp, udp, proto-N)", for: "protocol")
    }
    return transport
  }

  func imageID() throws(RecordFault) -> ImageID {
    let hash = try string("image_hash")
    guard hash.utf8.count == 16, let pathHash = UInt64(hash, radix: 16) else {
      throw .expected("16 hexadecimal digits", for: "image_hash")
    }
    return ImageID(pathHash: pathHash, inode: try integer("image_inode"), device: try integer("image_device"))
  }

  func status() throws(RecordFault) -> ExitStatus {
    if let code = try optionalInteger("exit_code", as: UInt8.self) { return .exited(code: Int32(code)) }
    guard let signal = try optionalInteger("signal", as: Int32.self) else {
      throw .expected("\"exit_code\" or \"signal\"")
    }
    guard (1...127).contains(signal) else { throw .expected("a number from 1 to 127", for: "signal") }
    return .signaled(signal: signal, coreDumped: try mark("core_dumped"))
  }

  func imageFlags() throws(RecordFault) -> ProcessImage.Flags {
    guard hasValue("flags") else { return [] }
    var flags: ProcessImage.Flags = []
    for name in try strings("flags") {
      guard let known = ProcessImage.Flags.names.first(where: { $0.name == name }) else {
        throw .expected(ProcessImage.Flags.names.map(\.name).joined(separator: ", "), for: "flags")
      }
      flags.insert(known.flag)
    }
    return flags
  }
}
