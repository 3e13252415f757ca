import CKernelABI
import Trace

/// An exec record: the fixed part and the texts behind it.
struct ExecRecord {
  private let fixed: event_exec
  private let path: UnsafeRawBufferPointer
  private let directory: UnsafeRawBufferPointer
  private let argv: UnsafeRawBufferPointer
  private let environment: UnsafeRawBufferPointer

  /// Nil where the lengths do not fit the record.
  init?(_ record: UnsafeRawBufferPointer) {
    guard let fixed = record.fixedPart(as: event_exec.self) else { return nil }
    self.fixed = fixed
    var rest = record[MemoryLayout<event_exec>.size...]
    func take(_ length: UInt32) -> UnsafeRawBufferPointer? {
      guard rest.count >= Int(length) else { return nil }
      defer { rest = rest.dropFirst(Int(length)) }
      return UnsafeRawBufferPointer(rebasing: rest.prefix(Int(length)))
    }
    guard let path = take(fixed.path_length), let directory = take(fixed.directory_length),
      let argv = take(fixed.argv_length), let environment = take(fixed.environment_length)
    else { return nil }
    self.path = path
    self.directory = directory
    self.argv = argv
    self.environment = environment
  }

  var event: ExecEvent {
    var event = ExecEvent(
      time: BootInstant(fixed.header.time), process: ProcessIdentity(fixed.header.process),
      namespacePID: Int32(bitPattern: fixed.namespace_pid), thread: Int32(bitPattern: fixed.old_thread),
      imageID: ImageID(fixed.image), image: image)
    event.test = TestMark(kernelWord: fixed.test)
    return event
  }

  private var image: ProcessImage {
    let flags = ProcessImage.Flags(rawValue: fixed.flags)
    let arguments = strings(nulTerminated: argv)
    return ProcessImage(
      path: KernelTracer.path(fromLeafFirst: path, isCut: flags.contains(.pathCut)),
      arguments: ArgumentRedactor.redact(arguments), unredactedArguments: arguments,
      cutArgumentBytes: fixed.argv_full_length > UInt64(fixed.argv_length) ? fixed.argv_full_length : nil,
      workingDirectory: KernelTracer.path(fromLeafFirst: directory, isCut: flags.contains(.workingDirectoryCut)),
      environment: environmentEntries, uid: fixed.uid, gid: fixed.gid, flags: flags)
  }

  private var environmentEntries: [String: String] {
    var entries: [String: String] = [:]
    for entry in environment.split(separator: 0) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: entry[..<equals], as: UTF8.self)
      guard RecordedEnvironment.keys.contains(name) else { continue }
      entries[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
    }
    return entries
  }
}
