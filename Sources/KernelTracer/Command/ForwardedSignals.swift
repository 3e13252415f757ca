import CKernelABI
import Glibc

/// The signals that a user sends to the tool and means for the command: caught from here on, passed on once.
public struct ForwardedSignals: ~Copyable {
  let descriptor: Int32
  /// The mask from before, which the command gets.
  public let callerMask: sigset_t

  private static let forwarded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  /// Blocks the signals for this thread and opens a descriptor that is readable when one is pending.
  public init() throws(KernelTracerError) {
    var caught = sigset_t()
    sigemptyset(&caught)
    for signal in Self.forwarded + [SIGCHLD] { sigaddset(&caught, signal) }
    var before = sigset_t()
    sigprocmask(SIG_BLOCK, &caught, &before)
    callerMask = before
    descriptor = signalfd(-1, &caught, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard descriptor >= 0 else { throw .system("cannot watch for signals", errno: errno) }
  }

  deinit {
    close(descriptor)
  }

  /// Passes pending signals on. What the terminal sent (SI_KERNEL) has reached the command already: it is in the
  /// same foreground process group.
  func forward(to command: borrowing RunningCommand) {
    while let info = next() {
      let signal = Int32(info.ssi_signo)
      if signal != SIGCHLD, info.ssi_code != SI_KERNEL { command.send(signal) }
    }
  }

  /// Whether one of the pending signals asks to end.
  func readTermination() -> Bool {
    var asked = false
    while let info = next() {
      if Int32(info.ssi_signo) != SIGCHLD { asked = true }
    }
    return asked
  }

  private func next() -> signalfd_siginfo? {
    var info = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    return read(descriptor, &info, size) == size ? info : nil
  }
}
