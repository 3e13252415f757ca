import CKernelABI
import CLibbpf
import Glibc
import Trace

/// The kernel programs that refuse, behind those that record: loaded for a run that enforces, over the session's maps.
///
/// Closed with the value. Links are not pinned: the guard process, which holds them too, outlives the tracer until the
/// session is killed.
struct Enforcement: ~Copyable {
  private let object: OpaquePointer
  private var links: [OpaquePointer] = []
  private(set) var hooks: [Hook] = []
  private let homeNamespace: UInt64
  private let refusesUnixNames: Bool
  let addresses: OwnAddresses

  private static let programs = [
    ("refuse_connect4", "enforcement: cgroup/connect4", "IPv4 connections are not refused"),
    ("refuse_connect6", "enforcement: cgroup/connect6", "IPv6 connections are not refused"),
    ("refuse_sendmsg4", "enforcement: cgroup/sendmsg4", "IPv4 datagrams are not refused"),
    ("refuse_sendmsg6", "enforcement: cgroup/sendmsg6", "IPv6 datagrams are not refused"),
    ("refuse_packet", "enforcement: cgroup_skb/egress", "connected and raw sockets are not refused"),
  ]
  /// Of Linux 6.7: loaded where unix sockets are denied and the recording programs could be.
  private static let unixPrograms = [
    ("refuse_connect_unix", "on_connect_unix", "enforcement: cgroup/connect_unix"),
    ("refuse_sendmsg_unix", "on_sendmsg_unix", "enforcement: cgroup/sendmsg_unix"),
  ]
  private static let unixCost = "unix sockets are not refused, but judged after the run"

  /// Loads the programs, over the maps of the recording ones.
  ///
  /// - Parameter hostPorts: how many different sets of ports the rules about hosts have.
  init(
    over recording: borrowing KernelObject, refusesUnixNames: Bool, hostPorts: Int
  ) throws(KernelTracerError) {
    let addresses = try OwnAddresses()
    let object = try Self.load(over: recording, refusesUnixNames: refusesUnixNames, hostPorts: hostPorts)
    self.addresses = consume addresses
    self.object = object
    self.refusesUnixNames = refusesUnixNames
    homeNamespace = pt_namespace_cookie()
  }

  /// Attaches them to the cgroup-v2 root, where they run after the recording ones. They refuse everything until
  /// `set(_:)`.
  mutating func attach(root: Int32) throws(KernelTracerError) {
    for (program, hook, cost) in Self.programs {
      guard let link = bpf_program__attach_cgroup(bpf_object__find_program_by_name(object, program), root) else {
        throw .system("enforcement cannot be attached: \(hook)", errno: errno)
      }
      links.append(link)
      hooks.append(Hook(name: hook, isRequired: true, isAttached: true, cost: cost))
    }
    for (program, _, hook) in Self.unixPrograms where refusesUnixNames {
      let program = bpf_object__find_program_by_name(object, program)
      let link = bpf_program__fd(program) >= 0 ? bpf_program__attach_cgroup(program, root) : nil
      if let link { links.append(link) }
      hooks.append(Hook(name: hook, isRequired: false, isAttached: link != nil, cost: Self.unixCost))
    }
    try addresses.update(mapDescriptor("own_addresses"))
  }

  private static func load(
    over recording: borrowing KernelObject, refusesUnixNames: Bool, hostPorts: Int
  ) throws(KernelTracerError) -> OpaquePointer {
    let image = ObjectImage.unpack(enforcementObjectBase64)
    let types = KernelTypes(for: image)
    let log = LibbpfLog.start()
    let object = try KernelObject.openObject(image, types: types.path)
    KernelObject.share(recording, with: object)
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "host_ports"), UInt32(max(1, hostPorts)))
    for (name, recorder, _) in unixPrograms {
      let program = bpf_object__find_program_by_name(object, name)
      bpf_program__set_autoload(program, refusesUnixNames && !recording.refusedPrograms.contains(recorder))
      let type = bpf_program__expected_attach_type(recording.program(recorder))
      bpf_program__set_expected_attach_type(program, type)
    }
    let result = bpf_object__load(object)
    let messages = log.finish()
    guard result == 0 else {
      bpf_object__close(object)
      throw KernelObject.loadError(result, program: KernelObject.failedProgram(in: messages), messages: messages)
    }
    return object
  }

  deinit {
    for link in links { bpf_link__destroy(link) }
    bpf_object__close(object)
  }

  private func mapDescriptor(_ name: String) -> Int32 {
    bpf_object__find_map_by_name(object, name).map { bpf_map__fd($0) } ?? -1
  }

  /// Reads the addresses of the run's network namespace again, after some have changed.
  func updateAddresses() throws(KernelTracerError) {
    addresses.drain()
    try addresses.update(mapDescriptor("own_addresses"))
  }

  /// Holds the session to a table, in place of the one before.
  func set(_ table: EnforcementTable) throws(KernelTracerError) {
    var state = enforcement_state()
    state.denied_self = table.deniedSelf.kernelSets
    state.home_namespace = homeNamespace
    var zero: UInt32 = 0
    guard bpf_map_update_elem(mapDescriptor(".data.enforcement"), &zero, &state, UInt64(BPF_ANY)) == 0 else {
      throw .system("the policy cannot be handed to the kernel", errno: errno)
    }
    let destinations = mapDescriptor("destinations")
    for destination in table.destinations {
      var key = destination_key()
      key.prefix_length = UInt32(destination.prefixLength)
      key.address = destination.address.kernelBytes
      var rules = destination_rules()
      rules.allowed = destination.allowed.kernelSets
      rules.denied = destination.denied.kernelSets
      rules.admits_names = destination.admitsNames ? 1 : 0
      guard bpf_map_update_elem(destinations, &key, &rules, UInt64(BPF_ANY)) == 0 else {
        throw .system("the policy cannot be handed to the kernel: \(table.destinations.count) prefixes", errno: errno)
      }
    }
    try set(HostRuleTable(table))
    for (var key, var rule) in UnixNameTable.entries(table.deniedUnixNames) {
      guard bpf_map_update_elem(mapDescriptor("denied_unix_names"), &key, &rule, UInt64(BPF_ANY)) == 0 else {
        throw .system(
          "the policy cannot be handed to the kernel: \(table.deniedUnixNames.count) unix sockets", errno: errno)
      }
    }
  }

  private func set(_ hosts: HostRuleTable) throws(KernelTracerError) {
    for (index, ports) in hosts.ports.enumerated() {
      var key = UInt32(index)
      var value = host_ports()
      value.allowed = ports.allowed.kernelSets
      value.denied = ports.denied.kernelSets
      guard bpf_map_update_elem(mapDescriptor("host_ports"), &key, &value, UInt64(BPF_ANY)) == 0 else {
        throw Self.hostFailure
      }
    }
    for (var key, var rule) in hosts.names {
      guard bpf_map_update_elem(mapDescriptor("host_rules"), &key, &rule, UInt64(BPF_ANY)) == 0 else {
        throw Self.hostFailure
      }
    }
    for (address, number) in hosts.addresses {
      var key = address.kernelBytes
      var value: [UInt32] = [number] + [UInt32](repeating: 0, count: Int(ADDRESS_RULES_LIMIT) - 1)
      guard bpf_map_update_elem(mapDescriptor("named_addresses"), &key, &value, UInt64(BPF_ANY)) == 0 else {
        throw Self.hostFailure
      }
    }
  }

  private static var hostFailure: KernelTracerError {
    .system("the rules about hosts cannot be handed to the kernel", errno: errno)
  }
}

extension PortsByTransport {
  /// In the order of TRANSPORT_*.
  fileprivate var kernelSets: (port_set, port_set, port_set) {
    (port_set(tcp), port_set(udp), port_set(other))
  }
}

extension port_set {
  fileprivate init(_ ports: PortSet) {
    self.init()
    let limit = Int(PORT_RANGE_LIMIT)
    precondition(ports.ranges.count <= limit, "the compiler of the table keeps to the limit")
    withUnsafeMutableBytes(of: &ranges) { bytes in
      let ranges = bytes.bindMemory(to: port_range.self)
      for index in 0..<limit {
        let range = index < ports.ranges.count ? ports.ranges[index] : nil
        ranges[index] = port_range(first: range?.lowerBound ?? 1, last: range?.upperBound ?? 0)
      }
    }
  }
}

extension IPAddress {
  /// Network order, as bpf/abi/enforcement.h has addresses.
  var kernelBytes: AddressBytes {
    unsafeBitCast((high.bigEndian, low.bigEndian), to: AddressBytes.self)
  }
}
