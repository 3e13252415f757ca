import Glibc
public import Trace

/// Finds which process of this machine listens at an address, by /proc: for peers that are not part of the run.
public enum ListenerSearch {
  /// One entry for each destination whose listener is found. Only what /proc of this process's network and PID
  /// namespaces shows; proc_net(5), Documentation/networking/proc_net_tcp.rst.
  public static func listeners(
    at destinations: [(protocol: TransportProtocol, endpoint: Endpoint, path: String?)]
  ) -> [OutsideListener] {
    guard !destinations.isEmpty else { return [] }
    var inodes: [Substring: Int] = [:]
    var texts: [String: [Substring]] = [:]
    for (index, wanted) in destinations.enumerated() {
      for file in files(for: wanted.protocol) {
        let lines = texts[file] ?? ProcFile.lines(of: "/proc/net/\(file)")
        texts[file] = lines
        for inode in lines.dropFirst().compactMap({ inodeListening(at: wanted, in: $0) }) { inodes[inode] = index }
      }
    }
    return owners(of: inodes).map { index, pid in
      let wanted = destinations[index]
      let command = ProcFile.text(of: "/proc/\(pid)/comm").map { String($0.prefix { $0 != "\n" }) } ?? "?"
      return OutsideListener(
        protocol: wanted.protocol, destination: wanted.endpoint, path: wanted.path, pid: pid, command: command)
    }
  }

  private static func files(for protocol: TransportProtocol) -> [String] {
    switch `protocol` {
    case .tcp, .mptcp: ["tcp", "tcp6"]
    case .udp: ["udp", "udp6"]
    case .unix: ["unix"]
    default: []
    }
  }

  private static func inodeListening(
    at wanted: (protocol: TransportProtocol, endpoint: Endpoint, path: String?), in line: Substring
  ) -> Substring? {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    if wanted.protocol == .unix {
      // Num RefCount Protocol Flags Type St Inode Path
      guard fields.count >= 8, let path = wanted.path, fields[7...].joined(separator: " ") == path else { return nil }
      return fields[6]
    }
    // sl local_address rem_address st … inode: a listener, or a datagram socket that is not connected
    guard fields.count > 9, fields[3] == (wanted.protocol == .udp ? "07" : "0A") else { return nil }
    let port = fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
    return port == wanted.endpoint.port ? fields[9] : nil
  }

  /// The lowest pid that holds each socket.
  private static func owners(of inodes: [Substring: Int]) -> [(Int, Int32)] {
    guard !inodes.isEmpty else { return [] }
    var owners: [Int: Int32] = [:]
    for pid in ProcFile.entries(of: "/proc").compactMap(Int32.init).sorted() {
      for descriptor in ProcFile.entries(of: "/proc/\(pid)/fd") {
        guard let target = ProcFile.link("/proc/\(pid)/fd/\(descriptor)"), target.hasPrefix("socket:["),
          let index = inodes[target.dropFirst(8).dropLast()], owners[index] == nil
        else { continue }
        owners[index] = pid
      }
      if owners.count == Set(inodes.values).count { break }
    }
    return owners.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
