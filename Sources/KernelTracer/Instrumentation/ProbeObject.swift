import CKernelABI
import CLibbpf
import Glibc

/// The kernel programs that probes of one language call: an object of its own, loaded when its first test binary
/// appears, with the session's tables.
public struct ProbeProgram: Sendable {
  /// The compiled object, base64.
  let image: StaticString
}

/// Such an object, loaded; closed with the value.
struct ProbeObject: ~Copyable {
  private let object: OpaquePointer
  private let program: OpaquePointer

  init(_ kind: ProbeProgram, sharing session: borrowing KernelObject) throws(KernelTracerError) {
    let image = ObjectImage.decode(kind.image)
    let types = try KernelTypes(for: image)
    let log = LibbpfLog.start()
    let object = try KernelObject.openObject(image, types: types.path)
    var next = bpf_object__next_map(object, nil)
    while let map = next {
      let shared = session.mapDescriptor(String(cString: bpf_map__name(map)))
      if shared >= 0 { bpf_map__reuse_fd(map, shared) }
      next = bpf_object__next_map(object, map)
    }
    guard let program = bpf_object__next_program(object, nil) else {
      preconditionFailure("an object of probes has a program")
    }
    // Before Linux 6.6 nobody looks at it, and attaching to many places at once fails.
    bpf_program__set_expected_attach_type(program, bpf_attach_type(rawValue: UInt32(PT_UPROBE_MULTI)))
    let result = bpf_object__load(object)
    let messages = log.finish()
    guard result == 0 else {
      bpf_object__close(object)
      throw KernelObject.loadError(result, program: String(cString: bpf_program__name(program)), messages: messages)
    }
    self.object = object
    self.program = program
  }

  deinit {
    bpf_object__close(object)
  }

  /// Attaches the program to places of a file.
  func attach(to path: String, _ sites: [ProbePlan.Site]) throws(KernelTracerError) -> ProbeLinks {
    let offsets = sites.map(\.offset)
    let cookies = sites.map(\.cookie)
    let link = pt_attach_uprobes(bpf_program__fd(program), path, offsets, cookies, UInt32(sites.count))
    if link >= 0 { return ProbeLinks(descriptor: link) }
    return try attachOneByOne(to: path, sites)
  }

  private func attachOneByOne(to path: String, _ sites: [ProbePlan.Site]) throws(KernelTracerError) -> ProbeLinks {
    var links = ProbeLinks(descriptor: -1)
    for site in sites {
      var options = bpf_uprobe_opts()
      options.sz = MemoryLayout<bpf_uprobe_opts>.size
      options.bpf_cookie = site.cookie
      let link = bpf_program__attach_uprobe_opts(program, -1, path, Int(site.offset), &options)
      guard let link else { throw .system("cannot attach a probe", errno: errno) }
      links.links.append(link)
    }
    return links
  }
}

/// Attached probes; detached with the value.
struct ProbeLinks: ~Copyable {
  fileprivate let descriptor: Int32
  fileprivate var links: [OpaquePointer] = []

  fileprivate init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    for link in links { bpf_link__destroy(link) }
  }
}
