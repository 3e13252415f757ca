import CKernelABI
import CLibbpf
import Glibc
import Trace

/// Reads the sockets that are open when a run ends, in every network namespace, with a kernel iterator over the
/// session's socket storage.
enum OpenSockets {
  /// `sockets` is the descriptor of the session's socket storage.
  static func read(_ sockets: Int32, _ body: (CloseEvent) -> Void) throws(KernelTracerError) {
    let log = LibbpfLog.start()
    let object = try KernelObject.openObject(ObjectImage.decode(openSocketsObjectBase64), types: nil)
    defer { bpf_object__close(object) }
    bpf_map__reuse_fd(bpf_object__find_map_by_name(object, "sockets"), sockets)
    let result = bpf_object__load(object)
    _ = log.finish()
    guard result == 0, let program = bpf_object__find_program_by_name(object, "dump_open_sockets") else {
      throw .system("cannot load the socket iterator", errno: -result)
    }
    try KernelTables.records(from: program, over: sockets, as: event_close.self) { body(CloseEvent($0)) }
  }
}
