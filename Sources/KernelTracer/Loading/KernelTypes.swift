import CKernelABI
import CLibbpf
import Glibc

/// The kernel's type information, as libbpf gets it: a descriptor of a file with the reduced BTF.
struct KernelTypes: ~Copyable {
  static let path = "/sys/kernel/btf/vmlinux"

  private let descriptor: Int32

  /// What libbpf opens; nil where nothing could be reduced, and libbpf reads the whole itself.
  var path: String? { descriptor >= 0 ? "/proc/self/fd/\(descriptor)" : nil }

  /// The types of tracepoints as the kernel numbers them, of those that were asked for and that it has.
  let tracepoints: [String: UInt32]

  init(for image: [UInt8], tracepoints: Set<String> = []) {
    let reduced = Self.reduced(for: image, tracepoints: tracepoints)
    descriptor = reduced.map { Self.memoryFile($0.types) } ?? -1
    self.tracepoints = reduced?.tracepoints ?? [:]
  }

  private init(bytes: [UInt8]) {
    descriptor = Self.memoryFile(bytes)
    tracepoints = [:]
  }

  /// No types at all, for an object of which no program is loaded.
  static var none: KernelTypes {
    KernelTypes(bytes: ReducedBTF.empty)
  }

  private static func reduced(
    for image: [UInt8], tracepoints: Set<String>
  ) -> (types: [UInt8], tracepoints: [String: UInt32])? {
    ObjectImage.withTypes(of: image) { types in
      BTFBlob(types).flatMap { programs in
        withKernelBTF { kernel in
          BTFBlob(kernel).flatMap { ReducedBTF.make(programs: programs, kernel: $0, tracepoints: tracepoints) }
        }
      }
    }
  }

  /// A file in memory with these bytes, -1 where the kernel refuses.
  private static func memoryFile(_ bytes: [UInt8]) -> Int32 {
    let descriptor = pt_memory_file("process-tracer-btf")
    guard descriptor >= 0 else { return -1 }
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Maps the file where the kernel can (6.16), else reads it.
  private static func withKernelBTF<Result>(_ body: (UnsafeRawBufferPointer) -> Result?) -> Result? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return nil }
    let size = Int(status.st_size)
    if let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED {
      defer { munmap(mapped, size) }
      return body(UnsafeRawBufferPointer(start: mapped, count: size))
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 8)
    defer { buffer.deallocate() }
    var filled = 0
    while filled < size {
      let got = read(descriptor, buffer.baseAddress! + filled, size - filled)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return nil }
      filled += got
    }
    return body(UnsafeRawBufferPointer(buffer))
  }
}
