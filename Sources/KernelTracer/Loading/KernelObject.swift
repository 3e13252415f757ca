import CKernelABI
import CLibbpf
import Glibc
import Synchronization
import Trace

/// Sizes of the kernel-side tables.
public struct TableSizes: Hashable, Sendable {
  /// Bytes of the ring; a power of two, at least a page.
  public var ringBytes: UInt32
  public var members: UInt32
  public var flows: UInt32
  public var images: UInt32
  /// Threads that were marked, or that marked threads created.
  public var threads: UInt32
  /// Named unix sockets, by process.
  public var unixFlows: UInt32 = 32_768
  /// Names with an address each; as many lookups, and as many open questions.
  public var names: UInt32 = 16_384
  /// The same where rules about hosts are enforced: what has no room is refused.
  public var enforcedNames: UInt32 = 65_536
  /// Addresses for which rules about hosts hold.
  var namedAddresses: UInt32 = 1

  /// What a run takes whose rules about hosts are enforced.
  var forHostRules: TableSizes {
    var sizes = self
    sizes.names = enforcedNames
    sizes.namedAddresses = enforcedNames
    return sizes
  }

  /// A mebibyte for each processor that can fill it while the reader waits for its turn, within bounds.
  public static var defaultRingBytes: UInt32 {
    let processors = UInt32(clamping: libbpf_num_possible_cpus())
    var mebibytes: UInt32 = 2
    while mebibytes < processors, mebibytes < 64 { mebibytes *= 2 }
    return mebibytes << 20
  }

  /// What a table of live processes or threads needs: there are no more than ids, proc_sys_kernel(5), `pid_max`. A place
  /// that is never taken costs time as well.
  public static var defaultTasks: UInt32 {
    let ids = ProcFile.text(of: "/proc/sys/kernel/pid_max").flatMap { UInt32($0.prefix { $0.isNumber }) }
    return min(ids ?? .max, 65_536)
  }

  public init(
    ringBytes: UInt32 = Self.defaultRingBytes, members: UInt32 = Self.defaultTasks, flows: UInt32 = 131_072,
    images: UInt32 = 32_768, threads: UInt32 = Self.defaultTasks
  ) {
    self.ringBytes = ringBytes
    self.members = members
    self.flows = flows
    self.images = images
    self.threads = threads
  }
}

/// Where the spans of a run hang, for programs that ask: W3C Trace Context level 1.
public struct SpanContext: Hashable, Sendable {
  public var traceHigh: UInt64
  public var traceLow: UInt64
  public var runSpan: UInt64
  public var flags: UInt8

  public init(traceHigh: UInt64 = 0, traceLow: UInt64 = 0, runSpan: UInt64 = 0, flags: UInt8 = 0) {
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.runSpan = runSpan
    self.flags = flags
  }
}

/// The kernel programs and their maps, loaded; closed with the value.
///
/// Nothing in it depends on what a run is for, so that it can be made before that is known (`KernelPreparation`). The
/// kernel checks one program after the other, for tens of milliseconds in all: two threads load a half each, and the
/// object is opened once for each half.
struct KernelObject: ~Copyable {
  private let tables: SessionTables
  private let slow: OpenObject
  private let others: OpenObject
  /// Programs that this kernel refused and that are not required.
  let refusedPrograms: Set<String>

  /// Loads everything, without the optional programs that the kernel refuses. `set` comes before anything is attached.
  init(sizes: TableSizes) throws(KernelTracerError) {
    let image = ObjectImage.unpack(tracerObjectBase64)
    var madeTables: SessionTables? = nil
    var madeTypes: KernelTypes? = nil
    try concurrently { () throws(KernelTracerError) in
      madeTables = try SessionTables(image, sizes: sizes)
    } and: { () throws(KernelTracerError) in
      madeTypes = KernelTypes(for: image, tracepoints: Set(HookTable.typedTracepoints.values))
    }
    guard let tables = madeTables.take(), let types = madeTypes.take() else {
      preconditionFailure("nothing was thrown")
    }
    let untyped = Self.programsWithoutTypes(types.tracepoints)
    var loadedSlow: OpenObject? = nil
    var loadedOthers: OpenObject? = nil
    var refusedSlow = untyped
    var refusedOthers = untyped
    let (path, programs) = (types.path, HookTable.programsBySpeed)
    try concurrently { () throws(KernelTracerError) in
      loadedSlow = try Self.load(programs.slow, of: image, types: path, over: tables, refused: &refusedSlow)
    } and: { () throws(KernelTracerError) in
      loadedOthers = try Self.load(programs.others, of: image, types: path, over: tables, refused: &refusedOthers)
    }
    guard let slow = loadedSlow.take(), let others = loadedOthers.take() else {
      preconditionFailure("nothing was thrown")
    }
    self.tables = tables
    self.slow = slow
    self.others = others
    refusedPrograms = refusedSlow.union(refusedOthers)
  }

  /// The sections that libbpf has been told of.
  private static let typedSections = Mutex<Set<String>>([])

  /// Has libbpf load programs on tracepoints with their types; those whose tracepoint the kernel does not have.
  private static func programsWithoutTypes(_ types: [String: UInt32]) -> Set<String> {
    typedSections.withLock { sections in
      Set(
        HookTable.typedTracepoints.compactMap { program, tracepoint in
          guard let type = types[tracepoint] else { return program }
          let section = "typed_tp/\(tracepoint)"
          if sections.contains(section) { return nil }
          guard pt_load_typed(section, type) == 0 else { return program }
          sections.insert(section)
          return nil
        })
    }
  }

  /// Loads some programs over maps that are there; those that the kernel refuses, and that are not required, into
  /// `refused`.
  private static func load(
    _ programs: Set<String>, of image: [UInt8], types: String?, over tables: borrowing SessionTables,
    refused: inout Set<String>
  ) throws(KernelTracerError) -> OpenObject {
    while true {
      let log = LibbpfLog.start()
      let object = OpenObject(try openObject(image, types: types))
      object.autoload(programs.subtracting(refused))
      for entry in HookTable.entries {
        guard let type = entry.attachment.type, let program = object.program(entry.program) else { continue }
        bpf_program__set_expected_attach_type(program, bpf_attach_type(rawValue: type))
      }
      tables.share(with: object.pointer)
      let result = bpf_object__load(object.pointer)
      let messages = log.finish()
      if result == 0 { return object }
      let culprit = failedProgram(in: messages)
      guard let culprit, !refused.contains(culprit),
        HookTable.entries.contains(where: { $0.program == culprit && !$0.isRequired })
      else { throw loadError(result, program: culprit, messages: messages) }
      refused.formUnion(HookTable.programsRefused(with: culprit))
    }
  }

  /// Opens an object from memory; its relocations are made against the BTF at `types`.
  static func openObject(_ image: [UInt8], types: String?) throws(KernelTracerError) -> OpaquePointer {
    let opened = image.withUnsafeBytes { bytes in
      "process_tracer".withCString { name in
        withOptionalCString(types) { types in
          var options = bpf_object_open_opts()
          options.sz = MemoryLayout<bpf_object_open_opts>.size(through: \.kernel_log_level)
          options.object_name = name
          options.btf_custom_path = types
          return bpf_object__open_mem(bytes.baseAddress, bytes.count, &options)
        }
      }
    }
    guard let object = opened else { throw .system("cannot read the kernel programs", errno: errno) }
    return object
  }

  /// Tells the programs what the run is for; before anything is attached.
  ///
  /// - Parameter sessionCgroup: the id of the session's cgroup, 0 where there is none.
  /// - Parameter resolution: whose answers teach names.
  /// - Parameter instruments: whose executables are stopped at exec, or told of.
  func set(
    spans: SpanContext, sessionCgroup: UInt64, resolution: NameResolution, stoppingFor instruments: [Instrument]
  ) throws(KernelTracerError) {
    var settings = session_settings()
    settings.path_hash_seed = .random(in: 0 ... .max)
    settings.wake_threshold = UInt64(bpf_map__max_entries(map("events")) / 4)
    settings.trace_high = spans.traceHigh
    settings.trace_low = spans.traceLow
    settings.run_span = spans.runSpan
    settings.trace_flags = UInt64(spans.flags)
    settings.session_cgroup = sessionCgroup
    settings.network_namespace = UInt64(resolution.networkNamespace)
    settings.enforces_hosts = resolution.enforcesHosts ? 1 : 0
    settings.stop(for: instruments)
    let map = self.map(".bss.settings")
    precondition(
      Int(bpf_map__value_size(map)) == MemoryLayout<session_settings>.size, ".bss.settings is struct session_settings")
    var key: UInt32 = 0
    guard bpf_map_update_elem(mapDescriptor(".bss.settings"), &key, &settings, UInt64(BPF_ANY)) == 0 else {
      throw .system("cannot tell the kernel programs what the run is for", errno: errno)
    }
    try fill(nameservers: resolution.nameservers)
  }

  private func fill(nameservers: [IPAddress]) throws(KernelTracerError) {
    let map = mapDescriptor("nameservers")
    for address in nameservers.prefix(Int(bpf_map__max_entries(self.map("nameservers")))) {
      var key = (address.high.bigEndian, address.low.bigEndian)
      var value: UInt8 = 1
      guard bpf_map_update_elem(map, &key, &value, UInt64(BPF_ANY)) == 0 else {
        throw .system("cannot tell the kernel the nameservers", errno: errno)
      }
    }
  }

  static func failedProgram(in messages: String) -> String? {
    let marker = "prog '"
    guard messages.contains("failed to load"), let range = messages.firstRange(of: marker) else { return nil }
    return String(messages[range.upperBound...].prefix { $0 != "'" })
  }

  static func loadError(_ result: Int32, program: String?, messages: String) -> KernelTracerError {
    let code = -result
    let what = program.map { "the kernel refused the program \($0)" } ?? "the kernel programs could not be loaded"
    if code == EPERM || code == EACCES { return .system(what, errno: code) }
    let last = messages.split(separator: "\n").last { $0.hasPrefix("libbpf: ") }.map { ": \($0.dropFirst(8))" } ?? ""
    return KernelTracerError(.unsupportedKernel, "\(what): \(systemMessage(code))\(last)")
  }

  /// Lets an object that was opened and not loaded have the maps and variables of a loaded one, by their names.
  static func share(_ session: borrowing KernelObject, with object: OpaquePointer) {
    session.tables.share(with: object)
  }

  // MARK: Access

  func program(_ name: String) -> OpaquePointer? {
    HookTable.programsBySpeed.slow.contains(name) ? slow.program(name) : others.program(name)
  }

  func programDescriptor(_ name: String) -> Int32 {
    guard let program = program(name) else { return -1 }
    return bpf_program__fd(program)
  }

  func map(_ name: String) -> OpaquePointer? {
    tables.map(name)
  }

  func mapDescriptor(_ name: String) -> Int32 {
    tables.descriptor(of: name)
  }

  /// The kernel's counters as they are now.
  var counters: session_counters {
    var counters = session_counters()
    var key: UInt32 = 0
    let result = bpf_map_lookup_elem(mapDescriptor(".bss.counters"), &key, &counters)
    precondition(result == 0, "the counters of a loaded object can be read")
    return counters
  }

  /// Runs that the kernel skipped because the program was already running on that CPU, by program.
  /// nil where the kernel does not tell, so that nobody takes silence for none.
  func recursionMisses() -> [String: UInt64]? {
    var misses: [String: UInt64] = [:]
    for entry in HookTable.entries where !refusedPrograms.contains(entry.program) {
      guard let count = Self.recursionMisses(of: programDescriptor(entry.program)) else { return nil }
      if count > 0 { misses[entry.program] = count }
    }
    return misses
  }

  /// The same of one program, by its descriptor.
  static func recursionMisses(of program: Int32) -> UInt64? {
    var info = bpf_prog_info()
    var length = UInt32(MemoryLayout<bpf_prog_info>.size)
    return bpf_obj_get_info_by_fd(program, &info, &length) == 0 ? info.recursion_misses : nil
  }
}

extension session_settings {
  /// Has processes stopped, or told of, whose executable has a name that one of these asks for.
  fileprivate mutating func stop(for instruments: [Instrument]) {
    let names = StoppedName.all(of: instruments)
    stops_hashed = instruments.contains(where: \.hasHashedNames) ? 1 : 0
    precondition(names.count <= Int(STOP_PATTERNS), "more names than bpf/abi/stops.h has room for")
    // The right to send signals to whomever one likes. kill(2)
    stop_user = CapabilitySet.effective.contains(.kill) ? .max : UInt64(geteuid())
    withUnsafeMutableBytes(of: &stop_patterns) { bytes in
      let patterns = bytes.assumingMemoryBound(to: stop_pattern.self)
      for (index, name) in names.enumerated() {
        let text = Array(name.text.utf8)
        let end = text.suffix(7)
        precondition(!text.isEmpty && (name.isWhole || text.count <= 7), "ends of names have 1 to 7 bytes")
        let shift = UInt64(8 * (8 - end.count))
        patterns[index].mask = .max << shift
        patterns[index].bytes = end.reversed().reduce(0) { $0 << 8 | UInt64($1) } << shift
        patterns[index].whole = name.isWhole ? UInt64(text.count) : 0
      }
    }
  }
}
