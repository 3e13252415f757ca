import CKernelABI
import Glibc

/// Who called sudo, and what sudo took from the call: read from the sudo process, which lives as long as this one.
public struct SudoCaller: Sendable {
  public var identity: UserIdentity
  /// The environment that the command would have had without sudo.
  public var environment: [[UInt8]]
  /// The process that called sudo; nil where it was another user's.
  private var caller: ProcessFacts?
  /// Why the environment is sudo's after all; nil: it is the caller's.
  public var problem: String?

  /// nil where this process was not started by sudo.
  public init?(own: [[UInt8]]) {
    func number(_ name: String) -> UInt32? {
      let prefix = Array("\(name)=".utf8)
      return own.last { $0.starts(with: prefix) }
        .flatMap { UInt32(String(decoding: $0.dropFirst(prefix.count), as: UTF8.self)) }
    }
    guard geteuid() == 0, let user = number("SUDO_UID") else { return nil }
    let account = UserAccount(user: user)
    let group = number("SUDO_GID") ?? account?.identity.group ?? user
    identity = UserIdentity(user: user, group: group, groups: account?.identity.groups ?? [group])
    environment = own
    guard let chain = Chain() else {
      problem = "sudo is not among the processes that this one descends from"
      return
    }
    let caller = ProcessFacts(chain.sudo.parent).flatMap { $0.realUser == user ? $0 : nil }
    guard let asked = chain.sudo.strings(of: "environ"), let given = chain.command.strings(of: "environ"),
      let line = chain.sudo.strings(of: "cmdline")
    else {
      problem = "the sudo process cannot be read: \(systemMessage(errno))"
      return
    }
    // Every one of them is an ancestor: had one died, and its pid been given away, the chain would differ now.
    guard chain == Chain() else {
      problem = "the sudo process ended meanwhile"
      return
    }
    environment = Self.merge(asked: asked, given: given, own: own, sudoArguments: line)
    if let caller {
      identity.groups = caller.groups
      self.caller = caller
    }
  }

  /// Gives this process the file mode mask and the stack limit of the caller, as far as they are known.
  public func restoreLimits() {
    guard let caller else { return }
    if let mask = caller.fileModeMask { umask(mask) }
    StackLimit.restore(from: caller.pid)
  }

  /// The caller's environment, with what was set on sudo's command line or between sudo and this process.
  ///
  /// `asked` is what sudo was called with, `given` what it gave to its command, `own` what arrived here.
  static func merge(
    asked: [[UInt8]], given: [[UInt8]], own: [[UInt8]], sudoArguments: [[UInt8]]
  ) -> [[UInt8]] {
    var merged = asked
    let byThisCommandLine = Set(sudoArguments)
    let bySudo = Set(given).subtracting(byThisCommandLine)
    for entry in own where !bySudo.contains(entry) {
      let name = entry.prefix { $0 != UInt8(ascii: "=") }
      if let index = merged.firstIndex(where: { $0.prefix { $0 != UInt8(ascii: "=") } == name }) {
        merged[index] = entry
      } else {
        merged.append(entry)
      }
    }
    return merged
  }

  /// From this process up to sudo.
  private struct Chain: Equatable {
    var command: ProcessFacts
    var sudo: ProcessFacts

    init?() {
      guard var below = ProcessFacts(getpid()) else { return nil }
      for _ in 0..<64 {
        guard below.parent > 1, let above = ProcessFacts(below.parent) else { return nil }
        if above.isSudo {
          command = below
          sudo = above
          // With a pseudo-terminal there are two of them.
          while let next = ProcessFacts(sudo.parent), next.isSudo { sudo = next }
          return
        }
        below = above
      }
      return nil
    }

    static func == (left: Chain, right: Chain) -> Bool {
      (left.command.pid, left.command.startTicks, left.sudo.pid, left.sudo.startTicks)
        == (right.command.pid, right.command.startTicks, right.sudo.pid, right.sudo.startTicks)
    }
  }
}

extension ProcessFacts {
  fileprivate var isSudo: Bool { effectiveUser == 0 && (name == "sudo" || name == "sudo-rs") }
}
