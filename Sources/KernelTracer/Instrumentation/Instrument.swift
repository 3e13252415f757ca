import Glibc
public import Trace

/// A language whose test binaries get probes before their first instruction, so that their tests can be told apart.
///
/// A second language registers itself by one more value in what `TracerSession.init` is given, and a
/// `ProbeProgram` with its object in `bpf/`:
///
/// 1. The kernel stops every process of the session, unless a test started it, that executes a file whose name has one
///    of `nameEndings`, or a hashed one. What takes long is done before: when somebody executes the `herald`, who
///    will start it.
/// 2. `plan` looks at the file and says where probes belong. It runs on the tracer's thread while the process waits.
/// 3. The probes are attached to the files, not to the process, and call the program with the cookie of their place;
///    the program finds the member by `current_member()` and leaves those alone that are none.
/// 4. The process goes on, whatever came of it.
public struct Instrument: Sendable {
  /// As in `--adapters`, and in the record that says that the process was reached: `go`.
  public var name: String
  /// Ends of file names, 1 to 7 bytes of ASCII each: `.test`.
  public var nameEndings: [String]
  /// Files as well whose names end in a dash and 16 hexadecimal digits, as those that cargo builds.
  public var hasHashedNames: Bool
  public var program: ProbeProgram
  /// Who starts such binaries, some time after he was started.
  public var herald: Herald?
  /// What follows where detachable probes were detached, behind the file's name: "… starts many goroutines: …".
  public var detachingNote: String
  /// Nil where the file is none of this language's.
  public var plan: @Sendable (StoppedProgram) throws(InstrumentError) -> ProbePlan?

  public init(
    name: String, nameEndings: [String], hasHashedNames: Bool = false, program: ProbeProgram, herald: Herald? = nil,
    detachingNote: String = "", plan: @escaping @Sendable (StoppedProgram) throws(InstrumentError) -> ProbePlan?
  ) {
    self.name = name
    self.nameEndings = nameEndings
    self.hasHashedNames = hasHashedNames
    self.program = program
    self.herald = herald
    self.detachingNote = detachingNote
    self.plan = plan
  }

  /// Whether a process is stopped for this language's sake.
  func isAsked(about fileName: String) -> Bool {
    nameEndings.contains { fileName.hasSuffix($0) } || hasHashedNames && Self.isHashed(fileName)
  }

  private static func isHashed(_ fileName: String) -> Bool {
    let end = fileName.utf8.suffix(17)
    return end.count == 17 && end.first == UInt8(ascii: "-")
      && end.dropFirst().allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}

/// A program that starts test binaries, by which they are known to come. Nothing is missed where they come without it:
/// they wait longer.
public struct Herald: Sendable {
  /// Its executable's name.
  public var name: String
  /// Whether test binaries follow on these arguments; also prepares for `plan` what can be.
  public var prepares: @Sendable (_ executable: String, _ arguments: [String]) -> Bool

  public init(
    name: String, prepares: @escaping @Sendable (_ executable: String, _ arguments: [String]) -> Bool
  ) {
    self.name = name
    self.prepares = prepares
  }
}

/// By which names of executables the kernel stops processes, or tells of them.
struct StoppedName: Hashable {
  var text: String
  /// Of the whole name, whose processes are told of; else its end, whose processes are stopped.
  var isWhole: Bool

  static func all(of instruments: [Instrument]) -> [StoppedName] {
    let ends = Set(instruments.flatMap(\.nameEndings)).sorted().map { StoppedName(text: $0, isWhole: false) }
    return ends + Set(instruments.compactMap(\.herald?.name)).sorted().map { StoppedName(text: $0, isWhole: true) }
  }
}

/// A process that waits before its first instruction.
public struct StoppedProgram: Sendable {
  /// In the tracer's PID namespace.
  public var pid: Int32
  /// As the kernel's programs know it.
  public var identity: ProcessIdentity
  /// The executable, open for reading: `/proc/self/fd/N`. Good until `plan` returns.
  public var executable: String
  /// Which file that is.
  var file: FileIdentity

  /// The directory that the executable is in, and its name, as the process sees them.
  private var place: (directory: String, name: String) {
    let path = ProcFile.link("/proc/\(pid)/exe") ?? ""
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  var directory: String { place.directory }

  var fileName: String { place.name }

  /// What to put before a path of the process's to open it here.
  var root: String {
    var own = stat()
    var other = stat()
    guard stat("/", &own) == 0, stat("/proc/\(pid)/root", &other) == 0 else { return "" }
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino ? "" : "/proc/\(pid)/root"
  }

  /// The value of a variable of its environment that `RecordedEnvironment` has; nil where it is not set.
  func environment(_ key: String) -> String? {
    precondition(RecordedEnvironment.keys.contains(key), "\(key) is not on the list of what is read")
    let prefix = Array("\(key)=".utf8)
    let entries = (ProcFile.bytes(of: "/proc/\(pid)/environ") ?? []).split(separator: 0)
    return entries.first { $0.starts(with: prefix) }
      .map { String(decoding: $0.dropFirst(prefix.count), as: UTF8.self) }
  }

  var arguments: [String] { Self.arguments(of: pid) }

  static func arguments(of pid: Int32) -> [String] {
    (ProcFile.bytes(of: "/proc/\(pid)/cmdline") ?? []).split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Where probes belong.
public struct ProbePlan: Sendable {
  public struct Site: Hashable, Sendable {
    /// Bytes from the start of the file.
    public var offset: UInt64
    /// What the program gets from `bpf_get_attach_cookie`.
    public var cookie: UInt64
    /// The place is a function, and the program is called when it returns.
    public var isReturn: Bool
    /// The program asks to have the probe detached where it is passed so often that it is felt (`STOP_NO_MORE`), and
    /// finds out in another way, less exact, what happens there.
    public var isDetachable: Bool

    public init(offset: UInt64, cookie: UInt64, isReturn: Bool = false, isDetachable: Bool = false) {
      self.offset = offset
      self.cookie = cookie
      self.isReturn = isReturn
      self.isDetachable = isDetachable
    }
  }

  /// Sites by file: `StoppedProgram.executable`, or a path that this process can open.
  public var sites: [String: [Site]]
  /// Keys and values of the marker protocol that hold for every test of the process: `runner`, `suite`.
  public var description: [String: String]
  /// The probes are in libraries, which others use as well: they stay to the run's end, and each process is asked about.
  public var isOfLibraries = false
  /// What the program reads.
  public var entries: [Entry] = []

  /// One entry of a table of the program's object.
  public struct Entry: Hashable, Sendable {
    public var table: String
    public var key: UInt32
    public var value: [UInt8]

    public init(table: String, key: UInt32, value: [UInt8]) {
      self.table = table
      self.key = key
      self.value = value
    }
  }

  public init(sites: [String: [Site]] = [:], description: [String: String] = [:]) {
    self.sites = sites
    self.description = description
  }
}

/// Why the tests of a binary cannot be told apart: half a sentence, shown once a run.
public struct InstrumentError: Error, Hashable, Sendable {
  public var reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}
