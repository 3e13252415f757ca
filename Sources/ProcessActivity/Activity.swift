/// What a stretch of code did to the world: the processes it started, its connections, lookups and listeners.
///
/// As the kernel saw it, in the order of time, up to the end of the scope; nothing is missed where `lost` and `omitted`
/// are 0. All of it is known to be the scope's own (level `exact`); what is not stands in `notExact`. Not among the
/// connections: unix, packet and vsock sockets, and those that were connected before the run.
public struct Activity: Sendable {
  public var processes: [Process] = []
  public var connections: [Connection] = []
  public var lookups: [Lookup] = []
  public var listeners: [Listener] = []
  /// What may or may not be the scope's.
  public var notExact = NotExact()
  /// What the kernel could not keep meanwhile, such as a record: 0 means that this is all there was.
  public var lost = 0
  /// How many items over 10,000 of a kind are left out.
  public var omitted = 0
  /// Whether the scope's own end was seen.
  public var isWhole = true
  /// False where no tracer ran and `PROCESS_TRACER_MISSING=run` let the code run without one.
  public var isObserved = true

  public init() {}

  /// Activity whose level is not `exact`: of threads that the scope created, and what its process did meanwhile for
  /// nobody knows whom.
  public struct NotExact: Sendable {
    public var processes: [Process] = []
    public var connections: [Connection] = []
    public var lookups: [Lookup] = []
    public var listeners: [Listener] = []
  }

  /// How something is known to belong to the scope. Only `exact` is a promise.
  public enum Level: String, Sendable {
    /// A thread of the scope's own did it, or a process started from one.
    case exact
    case handoff
    /// A thread that the scope created did it.
    case creator
    case process
    /// Meanwhile done by the same process, or below it, for nobody knows whom: an unstructured task, the main actor.
    case window
    case none
  }

  /// A process that was started, and what became of it.
  public struct Process: Sendable {
    /// In its own PID namespace.
    public var pid: Int32
    public var parentPID: Int32
    /// Each program that it became, in order; for a fork that became none, the one it was forked from.
    public var programs: [Program]
    /// False for a fork that became no program of its own.
    public var didExecute: Bool
    /// `NAME(PID)`, the nearest first.
    public var ancestry: [String]
    /// Since the scope began.
    public var start: Duration
    /// Since the scope began; nil while it runs.
    public var end: Duration?
    public var status: ExitStatus?
    public var level: Level

    /// The file name of the program that it last became.
    public var name: String { programs.last?.name ?? "?" }
    /// The arguments of the program that it last became, its own name first, with secrets redacted.
    public var arguments: [String] { programs.last?.arguments ?? [] }
    /// Whether it was still running when the scope ended.
    public var isRunning: Bool { end == nil }

    /// Places of the queries that it fits.
    var queries: [Int] = []
  }

  /// An executable with what it was started with.
  public struct Program: Hashable, Sendable {
    public var path: String
    public var arguments: [String]

    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    public init(path: String, arguments: [String]) {
      self.path = path
      self.arguments = arguments
    }
  }

  public enum ExitStatus: Hashable, Sendable {
    case code(Int)
    case signal(Int)
  }

  /// An attempt to connect, an accepted connection, or the datagrams of a process to one destination.
  public struct Connection: Sendable {
    public enum Direction: String, Sendable {
      case connect
      case accept
      case send
    }

    public enum Place: String, Sendable {
      case loopback
      /// An address of this machine, or of the socket's own network namespace.
      case own = "self"
      /// A nameserver of resolv.conf.
      case dns
      /// Everything else.
      case outside
    }

    public var direction: Direction
    /// `tcp`, `udp`, …
    public var `protocol`: String
    /// `192.0.2.1:443`, `[2001:db8::1]:443`
    public var peer: String
    /// `tcp://192.0.2.1:443`
    public var destination: String
    /// What the address was called when it was tried, by evidence: answers of the nameservers of resolv.conf to questions
    /// of the run, and /etc/hosts.
    public var names: [String]
    public var place: Place
    /// `established`, `unreachable`, `abandoned` or an errno's name; nil where it is not known yet.
    public var outcome: String?
    public var program: String
    public var pid: Int32
    public var ancestry: [String]
    /// Since the scope began.
    public var time: Duration
    public var level: Level

    /// Whether it was an attempt to reach another machine; to ask the nameservers is none, as for the policy.
    public var isEgress: Bool { direction != .accept && place == .outside }

    var queries: [Int] = []
  }

  /// A name that a DNS server was asked for over port 53, and answered.
  public struct Lookup: Sendable {
    /// Lower case, without a dot at the end.
    public var name: String
    /// `A`, `AAAA`, `HTTPS`, …
    public var type: String
    /// RCODE: 0 no error, 3 no such name.
    public var responseCode: Int
    public var addresses: [String]
    /// The server's address.
    public var resolver: String
    public var program: String
    public var pid: Int32
    /// When the answer came in, since the scope began.
    public var time: Duration
    public var level: Level

    var queries: [Int] = []
  }

  /// A socket that waits for others: a TCP listener, or a bound datagram socket.
  public struct Listener: Sendable {
    public var `protocol`: String
    /// `127.0.0.1:8080`
    public var local: String
    public var program: String
    public var pid: Int32
    /// Since the scope began.
    public var time: Duration
    public var level: Level

    public var port: Int { local.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    var queries: [Int] = []
  }
}

extension [Activity.Connection] {
  /// Those that tried to reach another machine.
  public var egress: [Activity.Connection] { filter(\.isEgress) }
}

// MARK: Descriptions

extension Activity.Process: CustomStringConvertible {
  /// `git clone /srv/mirror (pid 12 ← sh(11)), exit code 0`
  public var description: String {
    let command = arguments.isEmpty ? name : ([name] + arguments.dropFirst()).joined(separator: " ")
    let fate =
      switch status {
      case .code(let code): "exit code \(code)"
      case .signal(let signal): "killed by signal \(signal)"
      case nil: "still running"
      }
    return "\(command) (\((["pid \(pid)"] + ancestry).joined(separator: " ← "))), \(fate)"
  }
}

extension Activity.Connection: CustomStringConvertible {
  /// `curl(12) → tcp://192.0.2.1:443 (api.example.com), ECONNREFUSED`
  public var description: String {
    let arrow = direction == .accept ? "←" : "→"
    let called = names.isEmpty ? "" : " (\(names.joined(separator: ", ")))"
    return "\(program)(\(pid)) \(arrow) \(destination)\(called)" + (outcome.map { ", \($0)" } ?? "")
  }
}

extension Activity.Lookup: CustomStringConvertible {
  /// `curl(12) asked 192.0.2.53 for api.example.com A: 192.0.2.1`
  public var description: String {
    let answer =
      switch (responseCode, addresses.isEmpty) {
      case (0, false): addresses.joined(separator: ", ")
      case (0, true): "no address"
      case (3, _): "no such name"
      case (let code, _): "error \(code)"
      }
    return "\(program)(\(pid)) asked \(resolver) for \(name) \(type): \(answer)"
  }
}

extension Activity.Listener: CustomStringConvertible {
  /// `python3(12) listens on tcp://127.0.0.1:8080`
  public var description: String { "\(program)(\(pid)) listens on \(self.protocol)://\(local)" }
}

extension Activity: CustomStringConvertible {
  public var description: String {
    let items =
      processes.map(\.description) + connections.map(\.description) + lookups.map(\.description)
      + listeners.map(\.description)
    return items.isEmpty ? "no activity" : items.joined(separator: "; ")
  }
}
