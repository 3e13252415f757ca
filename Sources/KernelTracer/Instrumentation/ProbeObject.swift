import CKernelABI
import CLibbpf
import Glibc

/// The kernel programs that probes of one language call: an object of its own, loaded when its first test binary
/// appears, with the session's tables.
public struct ProbeProgram: Sendable {
  /// The compiled object, as `ObjectImage` unpacks it.
  let image: StaticString
  /// The table that is made with it (`LATE_TABLE`, bpf/session.h), and how many entries it has.
  var table: (name: String, entries: UInt32)?
}

/// Such an object, loaded; closed with the value.
struct ProbeObject: ~Copyable {
  private let object: OpaquePointer
  private let program: OpaquePointer

  init(_ kind: ProbeProgram, sharing session: borrowing KernelObject) throws(KernelTracerError) {
    let image = ObjectImage.unpack(kind.image)
    let types = KernelTypes(for: image)
    let log = LibbpfLog.start()
    let object = try KernelObject.openObject(image, types: types.path)
    if let table = kind.table { try Self.makeTable(table, of: object, for: session) }
    KernelObject.share(session, with: object)
    guard let program = bpf_object__next_program(object, nil) else {
      preconditionFailure("an object of probes has a program")
    }
    // Before Linux 6.6 nobody looks at it, and attaching to many places at once fails.
    bpf_program__set_expected_attach_type(program, bpf_attach_type(rawValue: UInt32(PT_UPROBE_MULTI)))
    let result = bpf_object__load(object)
    let messages = log.finish()
    guard result == 0 else {
      let name = String(cString: bpf_program__name(program))
      bpf_object__close(object)
      throw KernelObject.loadError(result, program: name, messages: messages)
    }
    self.object = object
    self.program = program
  }

  deinit {
    bpf_object__close(object)
  }

  /// Makes a late table as an opened object describes it, and gives it to the session's programs.
  private static func makeTable(
    _ table: (name: String, entries: UInt32), of object: OpaquePointer, for session: borrowing KernelObject
  ) throws(KernelTracerError) {
    guard let inner = bpf_map__inner_map(bpf_object__find_map_by_name(object, table.name)) else {
      preconditionFailure("\(table.name) is no late table")
    }
    var options = bpf_map_create_opts()
    options.sz = MemoryLayout<bpf_map_create_opts>.size(through: \.map_ifindex)
    options.map_flags = bpf_map__map_flags(inner)
    var made = bpf_map_create(
      bpf_map__type(inner), table.name, bpf_map__key_size(inner), bpf_map__value_size(inner), table.entries, &options)
    guard made >= 0 else { throw .system("cannot make the kernel table \(table.name)", errno: -made) }
    defer { close(made) }
    var first: UInt32 = 0
    let result = bpf_map_update_elem(session.mapDescriptor(table.name), &first, &made, UInt64(BPF_ANY))
    guard result == 0 else { throw .system("cannot give the kernel the table \(table.name)", errno: -result) }
  }

  /// Writes what the program reads into its tables.
  func write(_ entries: [ProbePlan.Entry]) throws(KernelTracerError) {
    for entry in entries {
      var key = entry.key
      guard let map = bpf_object__find_map_by_name(object, entry.table) else {
        preconditionFailure("the object of probes has no table \(entry.table)")
      }
      let result = bpf_map_update_elem(bpf_map__fd(map), &key, entry.value, 0)
      guard result == 0 else { throw .system("cannot write a kernel table", errno: -result) }
    }
  }

  /// Attaches the program to places of a file.
  func attach(to path: String, _ sites: [ProbePlan.Site]) throws(KernelTracerError) -> ProbeLinks {
    var links = ProbeLinks()
    for isReturn in [false, true] {
      let sites = sites.filter { $0.isReturn == isReturn }
      guard !sites.isEmpty else { continue }
      let link = pt_attach_uprobes(
        bpf_program__fd(program), path, sites.map(\.offset), sites.map(\.cookie), UInt32(sites.count),
        isReturn ? 1 : 0)
      if link >= 0 {
        links.descriptors.append(link)
      } else {
        try attachOneByOne(to: path, sites, &links)
      }
    }
    return links
  }

  private func attachOneByOne(
    to path: String, _ sites: [ProbePlan.Site], _ links: inout ProbeLinks
  ) throws(KernelTracerError) {
    for site in sites {
      var options = bpf_uprobe_opts()
      options.sz = MemoryLayout<bpf_uprobe_opts>.size(through: \.func_name)
      options.bpf_cookie = site.cookie
      options.retprobe = site.isReturn
      let link = bpf_program__attach_uprobe_opts(program, -1, path, Int(site.offset), &options)
      guard let link else { throw .system("cannot attach a probe", errno: errno) }
      links.links.append(link)
    }
  }
}

/// Attached probes; detached with the value.
struct ProbeLinks: ~Copyable {
  fileprivate var descriptors: [Int32] = []
  fileprivate var links: [OpaquePointer] = []

  deinit {
    for descriptor in descriptors { pt_close_link(descriptor) }
    for link in links { bpf_link__destroy(link) }
  }
}
