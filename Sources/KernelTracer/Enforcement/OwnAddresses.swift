import CKernelABI
import CLibbpf
import Glibc
import Trace

/// The addresses of this process's network namespace, kept in a table of the kernel programs.
struct OwnAddresses: ~Copyable {
  /// Readable when an address was added or removed.
  let descriptor: Int32
  private static let limit = 4096

  init() throws(KernelTracerError) {
    descriptor = pt_watch_addresses()
    guard descriptor >= 0 else { throw .system("cannot watch the addresses of this machine", errno: -descriptor) }
  }

  deinit {
    close(descriptor)
  }

  func drain() {
    pt_drain_addresses(descriptor)
  }

  /// Makes the table hold what the interfaces have now.
  func update(_ map: Int32) throws(KernelTracerError) {
    var bytes = [AddressBytes](repeating: IPAddress.anyIPv6.kernelBytes, count: Self.limit)
    let count = bytes.withUnsafeMutableBytes { raw in
      pt_own_addresses(raw.baseAddress?.assumingMemoryBound(to: AddressBytes.self), Int32(Self.limit))
    }
    guard count >= 0 else { throw .system("cannot read the addresses of this machine", errno: -count) }
    let now = Set(bytes.prefix(Int(count)).map { IPAddress($0) }.filter { !$0.isLoopback })
    var gone: [IPAddress] = []
    try KernelTables.entries(of: map, key: AddressBytes.self, value: UInt8.self) { key, _ in
      let address = IPAddress(key)
      if !now.contains(address) { gone.append(address) }
    }
    for address in gone {
      var key = address.kernelBytes
      bpf_map_delete_elem(map, &key)
    }
    for address in now {
      var key = address.kernelBytes
      var present: UInt8 = 1
      guard bpf_map_update_elem(map, &key, &present, UInt64(BPF_ANY)) == 0 else {
        throw .system("cannot keep the addresses of this machine", errno: errno)
      }
    }
  }
}
