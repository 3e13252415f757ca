import JSONWriting

/// The values that several lines of a recorded run share.
extension JSONWriter {
  mutating func member(_ process: ProcessIdentity) {
    member("pid", process.pid)
    member("start", process.start.nanoseconds)
  }

  mutating func member(parent: ProcessIdentity) {
    member("parent_pid", parent.pid)
    member("parent_start", parent.start.nanoseconds)
  }

  mutating func member(_ test: TestMark) {
    guard test.id != 0 else { return }
    member("test", test.id)
    member("test_level", test.level.rawValue)
  }

  mutating func member(_ status: ExitStatus) {
    switch status {
    case .exited(let code): member("exit_code", code)
    case .signaled(let signal, let coreDumped):
      member("signal", signal)
      if coreDumped { member("core_dumped", true) }
    }
  }

  mutating func member(_ id: ImageID) {
    key("image_hash")
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { digits in
      for index in 0..<16 {
        let value = UInt8(truncatingIfNeeded: id.pathHash >> UInt64(60 - 4 * index) & 0xF)
        digits.initializeElement(at: index, to: value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
      }
      string(utf8: UnsafeBufferPointer(digits))
    }
    member("image_inode", id.inode)
    member("image_device", id.device)
  }

  mutating func member(_ name: StaticString, _ endpoint: Endpoint) {
    guard let address = endpoint.address.ipv4 else {
      member(name, endpoint.description)
      return
    }
    key(name)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { text in
      var end = 0
      func append(_ number: UInt32, then separator: Unicode.Scalar? = nil) {
        if number >= 10 { append(number / 10) }
        text.initializeElement(at: end, to: UInt8(ascii: "0") + UInt8(number % 10))
        end += 1
        guard let separator else { return }
        text.initializeElement(at: end, to: UInt8(ascii: separator))
        end += 1
      }
      append(address >> 24, then: ".")
      append(address >> 16 & 0xFF, then: ".")
      append(address >> 8 & 0xFF, then: ".")
      append(address & 0xFF, then: ":")
      append(UInt32(endpoint.port))
      string(utf8: UnsafeBufferPointer(rebasing: text[..<end]))
    }
  }

  /// In the order of the keys, so that equal runs give equal bytes.
  mutating func member(_ name: StaticString, _ values: [String: String]) {
    member(
      name,
      object: { json in
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
          json.key(key)
          json.string(value)
        }
      })
  }

  mutating func member(_ name: StaticString, _ values: [String: UInt64]) {
    member(
      name,
      object: { json in
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
          json.key(key)
          json.integer(value)
        }
      })
  }

  /// Written only where true.
  mutating func mark(_ name: StaticString, _ isTrue: Bool) {
    if isTrue { member(name, true) }
  }
}

extension ProcessImage.Flags {
  /// The names of the flags in a recorded run.
  static let names: [(name: String, flag: ProcessImage.Flags)] = [
    ("path_cut", .pathCut), ("working_directory_cut", .workingDirectoryCut),
    ("arguments_unreadable", .argumentsUnreadable), ("deleted", .deleted), ("environment_cut", .environmentCut),
  ]
}
