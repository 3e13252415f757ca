import CKernelABI
import Glibc

/// Who a process is: user, group and supplementary groups.
public struct UserIdentity: Hashable, Sendable {
  public var user: UInt32
  public var group: UInt32
  public var groups: [UInt32]

  public init(user: UInt32, group: UInt32, groups: [UInt32]) {
    self.user = user
    self.group = group
    self.groups = groups
  }

  func withC<Result>(_ body: (UnsafePointer<pt_identity>) -> Result) -> Result {
    groups.withUnsafeBufferPointer { groups in
      var identity = pt_identity(
        user: user, group: group, groups: groups.baseAddress, group_count: Int32(groups.count))
      return body(&identity)
    }
  }

  /// Makes this process that user's for good, with the right to trace alone in force.
  ///
  /// `reserve` can be put in force later. Without `tracing` nothing is kept.
  public func assume(
    tracing: Bool, reserve: CapabilitySet = []
  ) throws(KernelTracerError) {
    let inForce: CapabilitySet = tracing ? .tracing : []
    let permitted = inForce.union(reserve).intersection(.permitted)
    let result = withC { pt_assume($0, permitted.rawValue, inForce.intersection(permitted).rawValue) }
    guard result == 0 else { throw .system("cannot become the user \(user)", errno: -result) }
    // Capabilities that others of this user lack keep them out; the process itself needs its /proc/self.
    if !permitted.isEmpty { pt_set_dumpable(1) }
  }
}

/// A user of this machine, passwd(5).
public struct UserAccount: Hashable, Sendable {
  public var name: String
  public var home: String
  public var shell: String
  public var identity: UserIdentity

  /// By name, or by number; nil where there is none.
  public init?(_ text: String) {
    if let found = getpwnam(text) {
      self.init(found.pointee)
    } else if let number = UInt32(text) {
      self.init(user: number)
    } else {
      return nil
    }
  }

  public init?(user: UInt32) {
    guard let found = getpwuid(user) else { return nil }
    self.init(found.pointee)
  }

  private init(_ entry: passwd) {
    name = String(cString: entry.pw_name)
    home = String(cString: entry.pw_dir)
    shell = String(cString: entry.pw_shell)
    var count: Int32 = 64
    var groups = [gid_t](repeating: 0, count: Int(count))
    while getgrouplist(entry.pw_name, entry.pw_gid, &groups, &count) < 0 {
      groups = [gid_t](repeating: 0, count: max(Int(count), groups.count * 2))
      count = Int32(groups.count)
    }
    identity = UserIdentity(user: entry.pw_uid, group: entry.pw_gid, groups: Array(groups.prefix(Int(count))))
  }
}
