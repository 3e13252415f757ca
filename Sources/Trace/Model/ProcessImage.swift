/// A program that a process became by exec, with everything it was started with; equal images are shared.
public struct ProcessImage: Hashable, Sendable {
  /// The path of the executable as seen from the mount namespace's root, as in /proc/PID/exe.
  public var path: String
  /// argv as it may be shown: secrets replaced by `ArgumentRedactor`; empty where the record of the exec was lost.
  public var arguments: [String]
  /// argv as it was, for rules to match; equal to `arguments` when nothing was redacted or after a replay.
  public var unredactedArguments: [String]
  /// The true length of argv in bytes where it was cut, else nil.
  public var cutArgumentBytes: UInt64?
  public var workingDirectory: String
  /// Values of the environment keys in `RecordedEnvironment`, which are all that is read.
  public var environment: [String: String]
  public var uid: UInt32
  public var gid: UInt32
  public var flags: Flags

  public struct Flags: OptionSet, Hashable, Sendable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let pathCut = Flags(rawValue: 1)
    public static let workingDirectoryCut = Flags(rawValue: 2)
    public static let argumentsUnreadable = Flags(rawValue: 4)
    /// The file had no name when it was executed: a memfd, or unlinked.
    public static let deleted = Flags(rawValue: 8)
    public static let environmentCut = Flags(rawValue: 16)
  }

  public init(
    path: String, arguments: [String], unredactedArguments: [String]? = nil, cutArgumentBytes: UInt64? = nil,
    workingDirectory: String = "", environment: [String: String] = [:], uid: UInt32 = 0, gid: UInt32 = 0,
    flags: Flags = []
  ) {
    self.path = path
    self.arguments = arguments
    self.unredactedArguments = unredactedArguments ?? arguments
    self.cutArgumentBytes = cutArgumentBytes
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.uid = uid
    self.gid = gid
    self.flags = flags
  }

  /// The last component of `path`.
  public var name: String { path.lastPathComponent }
}

extension String {
  /// The text after the last slash.
  public var lastPathComponent: String {
    guard let slash = lastIndex(of: "/") else { return self }
    return String(self[index(after: slash)...])
  }
}
