/// The file behind a program of the run, looked at after the run under the path that it was executed by.
public struct ExecutableIdentity: Hashable, Sendable {
  public enum State: String, Sendable, CaseIterable {
    /// Its inode was last changed before its first execution: it is the file that ran.
    case unchanged
    /// Its inode was changed after its first execution: what ran may have been another file.
    case changed
    /// There is no file of that name any more.
    case gone
    /// It had no name when it was executed: a memfd, or unlinked.
    case unnamed
    /// It is there and cannot be read.
    case unreadable
  }

  public var path: String
  public var state: State
  /// Lower-case hexadecimal; nil where it could not be read.
  public var sha256: String?
  /// The GNU build id, lower-case hexadecimal; nil for files without one (elf(5), `.note.gnu.build-id`).
  public var buildID: String?
  /// In bytes.
  public var size: UInt64
  /// Whether it runs with its owner's or its group's rights (S_ISUID, S_ISGID).
  public var isSetUID: Bool
  public var isSetGID: Bool

  public init(
    path: String, state: State, sha256: String? = nil, buildID: String? = nil, size: UInt64 = 0,
    isSetUID: Bool = false, isSetGID: Bool = false
  ) {
    self.path = path
    self.state = state
    self.sha256 = sha256
    self.buildID = buildID
    self.size = size
    self.isSetUID = isSetUID
    self.isSetGID = isSetGID
  }
}
