/// What the kernel refuses in a run that enforces: a policy's destinations by address prefix, and its unix sockets.
public struct EnforcementTable: Hashable, Sendable {
  /// What holds for every address whose longest prefix here it is.
  public struct Destination: Hashable, Sendable {
    /// The prefix's first address.
    public var address: IPAddress
    /// Over the 128 bits of the v4-mapped form.
    public var prefixLength: Int
    public var allowed: PortsByTransport
    /// By a deny rule: not even where the address is the socket's own network namespace's.
    public var denied: PortsByTransport
    /// Whether a rule about a host can allow an address here.
    public var admitsNames: Bool

    public init(
      address: IPAddress, prefixLength: Int, allowed: PortsByTransport, denied: PortsByTransport,
      admitsNames: Bool = true
    ) {
      self.address = address
      self.prefixLength = prefixLength
      self.allowed = allowed
      self.denied = denied
      self.admitsNames = admitsNames
    }
  }

  /// What holds for an address by one of its names.
  public struct HostPorts: Hashable, Sendable {
    public var allowed = PortsByTransport()
    public var denied = PortsByTransport()

    public init(allowed: PortsByTransport = PortsByTransport(), denied: PortsByTransport = PortsByTransport()) {
      self.allowed = allowed
      self.denied = denied
    }

    public var isEmpty: Bool { allowed.isEmpty && denied.isEmpty }
  }

  /// A name that rules speak about; of several that a name ends with, the longest counts.
  public struct Host: Hashable, Sendable {
    /// Lower case, without a dot at the end.
    public var name: String
    /// For the name itself.
    public var exact: HostPorts
    /// For its sub-domains.
    public var below: HostPorts

    public init(name: String, exact: HostPorts, below: HostPorts) {
      self.name = name
      self.exact = exact
      self.below = below
    }
  }

  /// An address whose names are known before the run.
  public struct NamedAddress: Hashable, Sendable {
    public var address: IPAddress
    public var ports: HostPorts

    public init(address: IPAddress, ports: HostPorts) {
      self.address = address
      self.ports = ports
    }
  }

  /// A unix socket's name, or how it begins, as the kernel has it: an abstract name starts with NUL.
  public struct UnixName: Hashable, Sendable {
    public enum Extent: Hashable, Sendable {
      case exact
      /// What begins so and has no slash behind that.
      case inDirectory
      /// Whatever begins so.
      case below
    }

    public var bytes: [UInt8]
    public var extent: Extent

    public init(bytes: [UInt8], extent: Extent) {
      self.bytes = bytes
      self.extent = extent
    }
  }

  public var destinations: [Destination] = []
  /// At addresses of the socket's own network namespace, loopback aside, which are allowed otherwise.
  public var deniedSelf = PortsByTransport()
  public var deniedUnixNames: [UnixName] = []
  public var hosts: [Host] = []
  public var namedAddresses: [NamedAddress] = []
  /// What the policy asks and the kernel does not hold to: one sentence each, for people.
  public var notes: [String] = []

  public init() {}
}

/// A set of ports for each kind of protocol that rules tell apart.
public struct PortsByTransport: Hashable, Sendable {
  /// TCP and MPTCP.
  public var tcp = PortSet()
  /// UDP and UDP-Lite.
  public var udp = PortSet()
  /// Every other protocol; port 0 where it has none.
  public var other = PortSet()

  public init(tcp: PortSet = PortSet(), udp: PortSet = PortSet(), other: PortSet = PortSet()) {
    self.tcp = tcp
    self.udp = udp
    self.other = other
  }

  public static let all = PortsByTransport(tcp: .all, udp: .all, other: .all)

  public var isEmpty: Bool { tcp.isEmpty && udp.isEmpty && other.isEmpty }
  /// The most ranges that one of the three needs.
  public var rangeCount: Int { max(tcp.ranges.count, udp.ranges.count, other.ranges.count) }

  public mutating func formUnion(_ more: PortsByTransport) {
    tcp.formUnion(more.tcp)
    udp.formUnion(more.udp)
    other.formUnion(more.other)
  }

  public mutating func subtract(_ less: PortsByTransport) {
    tcp.subtract(less.tcp)
    udp.subtract(less.udp)
    other.subtract(less.other)
  }

  public mutating func formIntersection(_ both: PortsByTransport) {
    tcp.formIntersection(both.tcp)
    udp.formIntersection(both.udp)
    other.formIntersection(both.other)
  }
}

/// A set of ports as ascending ranges that neither overlap nor touch.
public struct PortSet: Hashable, Sendable {
  public private(set) var ranges: [ClosedRange<UInt16>] = []

  public init() {}

  public init(_ range: ClosedRange<UInt16>) {
    ranges = [range]
  }

  public static let all = PortSet(0...(.max))

  public var isEmpty: Bool { ranges.isEmpty }

  public func contains(_ port: UInt16) -> Bool { ranges.contains { $0.contains(port) } }

  public mutating func formUnion(_ more: PortSet) {
    let sorted = (ranges + more.ranges).sorted { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt16>] = []
    for range in sorted {
      if let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    ranges = merged
  }

  public mutating func subtract(_ less: PortSet) {
    for hole in less.ranges {
      ranges = ranges.flatMap { range -> [ClosedRange<UInt16>] in
        guard range.overlaps(hole) else { return [range] }
        var rest: [ClosedRange<UInt16>] = []
        if range.lowerBound < hole.lowerBound { rest.append(range.lowerBound...hole.lowerBound - 1) }
        if range.upperBound > hole.upperBound { rest.append(hole.upperBound + 1...range.upperBound) }
        return rest
      }
    }
  }

  public mutating func formIntersection(_ both: PortSet) {
    var outside = PortSet.all
    outside.subtract(both)
    subtract(outside)
  }
}
