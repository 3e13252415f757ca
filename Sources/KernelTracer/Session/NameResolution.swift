import Glibc
public import Trace

/// Whose answers teach the names of addresses.
public struct NameResolution: Hashable, Sendable {
  /// Of resolv.conf before the run; the first 64 count.
  public var nameservers: [IPAddress]
  /// Inode number of the network namespace that the command starts in: names are learnt there alone.
  public var networkNamespace: UInt32
  /// Whether rules about hosts are enforced.
  public var enforcesHosts: Bool

  public init(
    nameservers: [IPAddress], networkNamespace: UInt32 = Self.ownNamespace, enforcesHosts: Bool = false
  ) {
    self.nameservers = nameservers
    self.networkNamespace = networkNamespace
    self.enforcesHosts = enforcesHosts
  }

  /// That of this process; 0 where /proc does not tell.
  public static var ownNamespace: UInt32 {
    var status = stat()
    return stat("/proc/self/ns/net", &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : 0
  }
}
