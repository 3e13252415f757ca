import CLibbpf

/// The maps of a session, and no program. Making large ones takes the kernel milliseconds: two threads make a half each,
/// and the object is opened once for each half.
struct SessionTables: ~Copyable {
  private let first: OpenObject
  private let second: OpenObject

  /// About half of the time that making all takes, as measured.
  private static let secondHalf: Set<String> = ["images", "tcp_sockets", "threads", "unix_flows", "listeners", "names"]

  /// Names of shared variables' sections are shorter: longer ones libbpf cuts to this, and does not find again (1.1.2,
  /// `internal_map_name`).
  private static let nameLimit = 15

  /// - Parameter configure: sets sizes and variables before the maps are made.
  init(_ image: [UInt8], configure: (OpaquePointer) -> Void) throws(KernelTracerError) {
    var first: OpenObject? = nil
    var second: OpenObject? = nil
    try concurrently { () throws(KernelTracerError) in
      first = try Self.load(image, configure) { !Self.secondHalf.contains($0) }
    } and: { () throws(KernelTracerError) in
      second = try Self.load(image, configure, where: Self.secondHalf.contains)
    }
    guard let first = first.take(), let second = second.take() else { preconditionFailure("nothing was thrown") }
    self.first = first
    self.second = second
  }

  private static func load(
    _ image: [UInt8], _ configure: (OpaquePointer) -> Void, where isMade: (String) -> Bool
  ) throws(KernelTracerError) -> OpenObject {
    let types = KernelTypes.none
    let log = LibbpfLog.start()
    let object = OpenObject(try KernelObject.openObject(image, types: types.path))
    object.autoload([])
    object.autocreate { (name) in
      precondition(!name.hasPrefix(".bss.") || name.utf8.count < Self.nameLimit, "\(name): a name that libbpf has cut")
      return isMade(name)
    }
    configure(object.pointer)
    let result = bpf_object__load(object.pointer)
    let messages = log.finish()
    guard result == 0 else { throw KernelObject.loadError(result, program: nil, messages: messages) }
    return object
  }

  /// Lets an object that is not loaded yet have these maps and variables, by their names. Maps that it has beside them
  /// are its own, and so are variables in `.data.*`; those in `.bss.*` are shared, or nobody would read what it writes.
  func share(with object: OpaquePointer) {
    var next = bpf_object__next_map(object, nil)
    while let map = next {
      let name = String(cString: bpf_map__name(map))
      let shared = descriptor(of: name)
      let isToBeShared = name.hasPrefix(".bss.") || name == ".rodata.settings"
      precondition(shared >= 0 || !isToBeShared, "\(name) is not in the session's tables")
      if shared >= 0 { bpf_map__reuse_fd(map, shared) }
      next = bpf_object__next_map(object, map)
    }
  }

  func map(_ name: String) -> OpaquePointer? {
    first.mapDescriptor(name) >= 0 ? first.map(name) : second.map(name)
  }

  /// -1 where there is no such map.
  func descriptor(of name: String) -> Int32 {
    max(first.mapDescriptor(name), second.mapDescriptor(name))
  }
}
