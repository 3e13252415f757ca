import ArgumentParser
import CKernelABI
import Glibc
import KernelTracer
import Synchronization
import Trace

/// How this process came by its rights, and whose the command is.
enum Privileges {
  /// The launcher that this process traces for, where there is one.
  static var elevated: ElevatedCommandHost? { state.withLock { $0.elevated } }

  private struct State {
    var elevated: ElevatedCommandHost?
    var sudo: SudoCaller?
  }

  private static let state = Mutex(State())

  /// Finds out who calls, first of all: arguments and environment are the caller's from here on.
  static func begin() throws(KernelTracerError) {
    let own = Caller.own
    let arguments = Caller.arguments
    if arguments.first == Launcher.elevatedVerb, arguments.count == 2 {
      let host = try ElevatedCommandHost.takeOver(
        arguments[1], sudoUser: Environment.current["SUDO_UID"].flatMap { UInt32($0) })
      Caller.current = host.call
      // sudo took what the kind of container is known by.
      for name in KernelTracerError.containerVariables {
        if let value = Environment.current[name] { setenv(name, value, 1) }
      }
      state.withLock { $0.elevated = host }
    } else if let sudo = SudoCaller(own: own.environment) {
      Caller.current.environment = sudo.environment
      state.withLock { $0.sudo = sudo }
    } else if pt_is_secure_execution() != 0, !CapabilitySet.permitted.isEmpty {
      // The loader takes some variables from a program whose file has capabilities; the command gets them.
      // Others of this user are kept out by the capabilities.
      pt_set_dumpable(1)
      StackLimit.restore(from: getppid())
      Caller.current.environment = HandOver.initialEnvironment ?? own.environment
    }
  }

  /// Whether this process keeps the rights that it has, whatever `settle` is asked for.
  static var stayAsTheyAre: Bool {
    elevated == nil && geteuid() == 0 && state.withLock { $0.sudo?.identity.user ?? 0 } == 0
  }

  /// Tells the launcher how to exit.
  static func end(code: Int32) {
    elevated?.finish(code: code)
  }

  /// What a command runs as.
  struct CommandRights {
    /// nil: this process's user.
    var identity: UserIdentity?
    var dropsCapabilities = false

    var user: UInt32 { identity?.user ?? geteuid() }
  }

  /// Gives up root, or gets the right to trace, before anything is opened; with sudo's help this process becomes a
  /// launcher and does not return.
  static func settle(user: String? = nil, elevates: Bool) throws -> CommandRights {
    let wanted = try user.map(account)
    if elevated != nil || geteuid() != 0 {
      if let wanted, wanted.identity.user != geteuid() {
        throw ValidationError("--user \(wanted.name): only root may choose another user; run it with sudo")
      }
      return try ofUser(elevates: elevates)
    }
    let sudo = state.withLock { $0.sudo }
    if let wanted { adoptEnvironment(of: wanted, sudo) } else { complain(of: sudo) }
    guard let sudo, sudo.identity.user != 0 else {
      guard let wanted, wanted.identity.user != 0 else { return CommandRights() }
      return CommandRights(identity: wanted.identity, dropsCapabilities: true)
    }
    sudo.restoreLimits()
    let other = wanted.flatMap { $0.identity.user == sudo.identity.user ? nil : $0.identity }
    try sudo.identity.assume(
      tracing: true, reserve: other == nil ? .dacOverride : [.dacOverride, .setUID, .setGID, .kill])
    if other != nil { CapabilitySet.putInForce(.kill) }
    return CommandRights(identity: other, dropsCapabilities: true)
  }

  /// How this process came by its rights, for people.
  static var origin: String {
    if elevated != nil { return "sudo -n, for the tool alone: the command runs as the caller" }
    if let sudo = state.withLock({ $0.sudo }), sudo.identity.user != 0 {
      return "sudo: the command runs as user \(sudo.identity.user), who called it"
        + (sudo.problem.map { ", without the environment from before sudo (\($0))" }
          ?? ", with the environment from before")
    }
    if geteuid() == 0 { return "root: the command runs as root, too, unless --user says otherwise" }
    return pt_is_secure_execution() != 0
      ? "capabilities of the file: \(CapabilitySet.permitted.names.joined(separator: ", "))"
      : "capabilities of the process"
  }

  /// Gives up root for a command that needs no rights at all.
  static func drop() throws(KernelTracerError) {
    guard let sudo = state.withLock({ $0.sudo }), sudo.identity.user != 0 else { return }
    sudo.restoreLimits()
    try sudo.identity.assume(tracing: false)
  }

  private static func ofUser(elevates: Bool) throws -> CommandRights {
    if CapabilitySet.missingForTracing.isEmpty {
      CapabilitySet.putInForce(.tracing)
      return CommandRights(dropsCapabilities: elevated != nil || pt_is_secure_execution() != 0)
    }
    if elevates, elevated == nil { try launch() }
    return CommandRights()
  }

  private static func launch() throws {
    switch try Launcher(call: Caller.current).run() {
    case .told(let code): exit(code)
    case .tracerDied(nil): throw SetupFailure("the elevated tracer ended before the command ran")
    case .tracerDied(.some(let status)):
      Diagnostics.warn("the tracer was killed while the command ran: what it saw is lost")
      exit(status.isSuccess ? 121 : status.shellCode)
    }
  }

  private static func account(_ text: String) throws -> UserAccount {
    guard let account = UserAccount(text) else { throw ValidationError("--user \(text): there is no such user") }
    return account
  }

  /// The environment for a user chosen by `--user`: the caller's for the caller himself, what sudo gave for root,
  /// else this one with the user's own HOME, USER, LOGNAME and SHELL.
  private static func adoptEnvironment(of account: UserAccount, _ sudo: SudoCaller?) {
    if let sudo, sudo.identity.user == account.identity.user { return complain(of: sudo) }
    if sudo != nil { Caller.current.environment = Caller.own.environment }
    guard account.identity.user != 0 else { return }
    var entries = Environment.entries.filter { !$0.hasPrefix("XDG_RUNTIME_DIR=") && !$0.hasPrefix("SUDO_") }
    let values = [("HOME", account.home), ("USER", account.name), ("LOGNAME", account.name), ("SHELL", account.shell)]
    for (name, value) in values { entries = Environment.setting(name, to: value, in: entries) }
    let originals = Caller.originals
    Caller.current.environment = entries.map { originals[$0] ?? Array($0.utf8) }
  }

  private static func complain(of sudo: SudoCaller?) {
    guard let sudo, let problem = sudo.problem else { return }
    Diagnostics.warn(
      """
      the environment from before sudo is not known, \(problem): PATH, HOME, CI, GITHUB_*, OTEL_*, TRACEPARENT are \
      sudo's; run process-tracer without sudo, it elevates itself
      """)
  }
}
