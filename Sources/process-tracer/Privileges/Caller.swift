import CKernelABI
import Glibc
import KernelTracer
import Synchronization

/// What the caller gave to this run, byte for byte: its own, or what was handed over or recovered on the way through
/// sudo.
enum Caller {
  private static let call = Mutex(own)

  static var current: HandOver {
    get { call.withLock { $0 } }
    set { call.withLock { $0 = newValue } }
  }

  /// The arguments without the program's name, and the environment, of this process.
  static var own: HandOver {
    var arguments: [[UInt8]] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      if let argument = CommandLine.unsafeArgv[index] { arguments.append(bytes(of: argument)) }
    }
    var environment: [[UInt8]] = []
    var next = environ
    while let entry = next.pointee {
      environment.append(bytes(of: entry))
      next += 1
    }
    return HandOver(arguments: arguments, environment: environment)
  }

  static var arguments: [String] { current.arguments.map { String(decoding: $0, as: UTF8.self) } }

  /// The strings that are no UTF-8, by the text that stands for them.
  static var originals: [String: [UInt8]] {
    var originals: [String: [UInt8]] = [:]
    for bytes in current.arguments + current.environment {
      let text = String(decoding: bytes, as: UTF8.self)
      if !text.utf8.elementsEqual(bytes) { originals[text] = bytes }
    }
    return originals
  }

  private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }
}
