import CLibbpf

/// The maps of a session, and no program.
struct SessionTables: ~Copyable {
  private let object: OpenObject

  /// Names of shared variables' sections are shorter: longer ones libbpf cuts to this, and does not find again (1.1.2,
  /// `internal_map_name`).
  private static let nameLimit = 15

  init(_ image: [UInt8], sizes: TableSizes) throws(KernelTracerError) {
    let types = KernelTypes.none
    let log = LibbpfLog.start()
    let object = OpenObject(try KernelObject.openObject(image, types: types.path))
    object.autoload([])
    OpenObject.forEachMap(of: object.pointer) { (name, _) in
      precondition(!name.hasPrefix(".bss.") || name.utf8.count < Self.nameLimit, "\(name): a name that libbpf has cut")
    }
    let cpus = UInt32(max(1, libbpf_num_possible_cpus()))
    let entries: [(String, UInt32)] = [
      ("events", sizes.ringBytes), ("members", sizes.members), ("flows", sizes.flows), ("images", sizes.images),
      ("threads", sizes.threads), ("unix_flows", sizes.unixFlows), ("exec_scratches", cpus), ("names", sizes.names),
      ("lookups", sizes.names), ("questions", sizes.names), ("named_addresses", sizes.namedAddresses),
    ]
    for (name, count) in entries { bpf_map__set_max_entries(object.map(name), count) }
    let result = bpf_object__load(object.pointer)
    let messages = log.finish()
    guard result == 0 else { throw KernelObject.loadError(result, program: nil, messages: messages) }
    self.object = object
  }

  /// Lets an object that is not loaded yet have these maps and variables, by their names. Maps that it has beside them
  /// are its own, and so are variables in `.data.*`; those in `.bss.*` are shared, or nobody would read what it writes.
  func share(with object: OpaquePointer) {
    OpenObject.forEachMap(of: object) { (name, map) in
      let shared = descriptor(of: name)
      precondition(shared >= 0 || !name.hasPrefix(".bss."), "\(name) is not in the session's tables")
      if shared >= 0 { bpf_map__reuse_fd(map, shared) }
    }
  }

  func map(_ name: String) -> OpaquePointer? { object.map(name) }

  /// -1 where there is no such map.
  func descriptor(of name: String) -> Int32 { object.mapDescriptor(name) }
}
