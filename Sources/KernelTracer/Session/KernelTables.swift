import CKernelABI
import CLibbpf
import Glibc
import Trace

/// Reads the kernel's tables when a run is over.
enum KernelTables {
  /// Every entry of a hash map, in batches of one system call.
  static func entries<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    of map: Int32, key: Key.Type, value: Value.Type, _ body: (Key, Value) -> Void
  ) throws(KernelTracerError) {
    // The kernel refuses a batch smaller than its largest bucket.
    var batchSize = 4096
    var seen = false
    var position: UInt64 = 0
    while true {
      let keys = UnsafeMutablePointer<Key>.allocate(capacity: batchSize)
      let values = UnsafeMutablePointer<Value>.allocate(capacity: batchSize)
      defer {
        keys.deallocate()
        values.deallocate()
      }
      var count = UInt32(batchSize)
      var next: UInt64 = 0
      let result = withUnsafeMutablePointer(to: &position) { start in
        bpf_map_lookup_batch(map, seen ? start : nil, &next, keys, values, &count, nil)
      }
      if result != 0, errno == ENOSPC {
        batchSize *= 2
        continue
      }
      guard result == 0 || errno == ENOENT else { throw .system("cannot read a kernel table", errno: errno) }
      for index in 0..<Int(count) { body(keys[index], values[index]) }
      if result != 0 { return }
      position = next
      seen = true
    }
  }

  /// Records that a BPF iterator writes, one after the other; `map` is what an iterator over a map goes through.
  static func records<Record: BitwiseCopyable>(
    from program: OpaquePointer, over map: Int32?, as type: Record.Type, _ body: (Record) -> Void
  ) throws(KernelTracerError) {
    var linkInfo = bpf_iter_link_info()
    if let map { linkInfo.map.map_fd = UInt32(map) }
    let attached = withUnsafeMutablePointer(to: &linkInfo) { info in
      if map == nil { return bpf_program__attach_iter(program, nil) }
      var options = bpf_iter_attach_opts()
      options.sz = MemoryLayout<bpf_iter_attach_opts>.size(through: \.link_info_len)
      options.link_info = info
      options.link_info_len = UInt32(MemoryLayout<bpf_iter_link_info>.size)
      return bpf_program__attach_iter(program, &options)
    }
    guard let link = attached else { throw .system("cannot open the socket iterator", errno: errno) }
    defer { bpf_link__destroy(link) }
    let descriptor = bpf_iter_create(bpf_link__fd(link))
    guard descriptor >= 0 else { throw .system("cannot open the socket iterator", errno: errno) }
    defer { close(descriptor) }

    let size = MemoryLayout<Record>.stride
    var pending: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR || errno == EAGAIN { continue }
      guard got >= 0 else { throw .system("cannot read the socket iterator", errno: errno) }
      if got == 0 { return }
      pending.append(contentsOf: buffer[..<got])
      let whole = pending.count / size
      pending.withUnsafeBytes { bytes in
        for index in 0..<whole { body(bytes.loadUnaligned(fromByteOffset: index * size, as: type)) }
      }
      pending.removeFirst(whole * size)
    }
  }
}
