/// Names of signals, as signal(7) lists them for x86-64 and arm64.
public enum SignalName {
  private static let names: [String] = [
    "", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
    "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
    "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
    "SIGSYS",
  ]

  /// What glibc leaves to programs; it keeps 32 and 33 for itself.
  private static let realTime: ClosedRange<Int32> = 34...64

  /// `SIGKILL` for 9, `SIGRTMIN+2` for 36 as `kill -l` does, `signal N` for a number that is none.
  public static func name(of number: Int32) -> String {
    if number > 0, number < names.count { return names[Int(number)] }
    if number == realTime.lowerBound { return "SIGRTMIN" }
    return realTime.contains(number) ? "SIGRTMIN+\(number - realTime.lowerBound)" : "signal \(number)"
  }
}
