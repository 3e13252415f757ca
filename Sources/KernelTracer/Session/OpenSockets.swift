import CKernelABI
import CLibbpf
import Glibc
import Trace

/// Reads the TCP sockets that are open when a run ends, in every network namespace, with kernel iterators: those
/// behind a descriptor of any process with their bytes, then the rest of the session's socket table.
enum OpenSockets {
  private static let tables = ["tcp_places", "tcp_sockets"]

  /// `session` has the tables of TCP sockets.
  static func read(of session: borrowing KernelObject, _ body: (CloseEvent) -> Void) throws(KernelTracerError) {
    let log = LibbpfLog.start()
    let object = try KernelObject.openObject(ObjectImage.unpack(openSocketsObjectBase64), types: nil)
    defer { bpf_object__close(object) }
    let sockets = tables.map { session.mapDescriptor($0) }
    for (table, descriptor) in zip(tables, sockets) {
      bpf_map__reuse_fd(bpf_object__find_map_by_name(object, table), descriptor)
    }
    let result = bpf_object__load(object)
    _ = log.finish()
    guard result == 0, let held = bpf_object__find_program_by_name(object, "dump_held_sockets"),
      let others = bpf_object__find_program_by_name(object, "dump_other_sockets")
    else { throw .system("cannot load the socket iterator", errno: -result) }
    try KernelTables.records(from: held, over: nil, as: event_close.self) { body(CloseEvent($0)) }
    for table in sockets {
      try KernelTables.records(from: others, over: table, as: event_close.self) { body(CloseEvent($0)) }
    }
  }
}
