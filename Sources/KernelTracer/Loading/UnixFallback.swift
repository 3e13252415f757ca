import CLibbpf
import Glibc
import Trace

/// Sees connects and sends to unix sockets by tracing the kernel's functions, where there are no hooks for them: before
/// Linux 6.7. Optional: hardened kernels refuse it. Detached with the value.
struct UnixFallback: ~Copyable {
  private let object: OpaquePointer
  private var links: [OpaquePointer] = []

  /// By the recording program that this stands in for.
  private static let programs = [
    (of: "on_connect_unix", program: "on_unix_stream_connect", function: "unix_stream_connect"),
    (of: "on_connect_unix", program: "on_unix_dgram_connect", function: "unix_dgram_connect"),
    (of: "on_sendmsg_unix", program: "on_unix_dgram_sendmsg", function: "unix_dgram_sendmsg"),
  ]

  /// The hooks in place of those that are missing, by their programs' names.
  static func hook(for program: String) -> String? {
    let functions = programs.filter { $0.of == program }.map(\.function)
    return functions.isEmpty ? nil : "fentry/\(functions.joined(separator: ", fentry/"))"
  }

  /// nil where this kernel lets nobody trace its functions.
  init?(over recording: borrowing KernelObject) throws(KernelTracerError) {
    let log = LibbpfLog.start()
    defer { _ = log.finish() }
    let object = try KernelObject.openObject(ObjectImage.unpack(unixFallbackObjectBase64), types: nil)
    KernelObject.share(recording, with: object)
    self.object = object
    guard bpf_object__load(object) == 0 else { return nil }
    for (_, program, _) in Self.programs {
      guard let link = bpf_program__attach(bpf_object__find_program_by_name(object, program)) else { return nil }
      links.append(link)
    }
  }

  deinit {
    for link in links { bpf_link__destroy(link) }
    bpf_object__close(object)
  }

  /// Runs that the kernel skipped, by the program that this stands in for; nil where the kernel does not tell.
  func recursionMisses() -> [String: UInt64]? {
    var misses: [String: UInt64] = [:]
    for (name, program, _) in Self.programs {
      let descriptor = bpf_program__fd(bpf_object__find_program_by_name(object, program))
      guard let count = KernelObject.recursionMisses(of: descriptor) else { return nil }
      if count > 0 { misses[name, default: 0] += count }
    }
    return misses
  }
}
