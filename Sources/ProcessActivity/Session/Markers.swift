#if os(Linux)
  import Glibc

  /// The marker protocol: what the calling thread says about its tests. `docs/markers.md` of process-tracer
  package enum Markers {
    private static let level: Int32 = 0x7074_7261
    private static let anySocket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)

    private enum Verb: Int32 {
      case phase = 2
      case adopt = 5
      case thread = 6
      case leave = 8
      case threadEnd = 10
    }

    private enum Question: Int32 {
      case version = 1
      case test = 2
      case level = 4
    }

    static var isTraced: Bool { (ask(.version) ?? 0) >= 1 }

    /// What the thread works for: a token, and whether it is the test's own.
    static var current: (token: UInt32, isExact: Bool) { (ask(.test) ?? 0, ask(.level) == 4) }

    /// Begins a test, or a part of the thread's own, on this thread; its token.
    static func begin(_ text: String) -> UInt32? {
      mark(.thread, text) ? ask(.test) : nil
    }

    static func adopt(_ token: UInt32) {
      var token = token
      _ = setsockopt(anySocket, level, Verb.adopt.rawValue, &token, socklen_t(MemoryLayout<UInt32>.size))
    }

    static func leave() { mark(.leave, "") }

    static func end() { mark(.threadEnd, "") }

    /// Gives back what the thread had before.
    static func restore(_ before: (token: UInt32, isExact: Bool)) {
      if before.isExact { adopt(before.token) } else { leave() }
    }

    @discardableResult
    private static func mark(_ verb: Verb, _ text: String) -> Bool {
      var text = text
      return text.withUTF8 { setsockopt(anySocket, level, verb.rawValue, $0.baseAddress, socklen_t($0.count)) == 0 }
    }

    private static func ask(_ question: Question) -> UInt32? {
      var answer: UInt32 = 0
      var length = socklen_t(MemoryLayout<UInt32>.size)
      return getsockopt(anySocket, level, question.rawValue, &answer, &length) == 0 ? answer : nil
    }
  }
#endif
