import Trace

/// Where clouds serve instance credentials: denied even inside an allowed range, unless named.
public enum MetadataAddresses {
  /// Address and who serves there, from the providers' own documentation.
  public static let table: [(address: IPAddress, service: String)] = [
    ("169.254.169.254", "AWS, Azure, Google Cloud, OpenStack, Oracle, DigitalOcean, Hetzner: instance metadata"),
    ("fd00:ec2::254", "AWS: instance metadata over IPv6"),
    ("fd20:ce::254", "Google Cloud: instance metadata over IPv6"),
    ("169.254.170.2", "AWS ECS: task credentials"),
    ("169.254.170.23", "AWS EKS: pod identity credentials"),
    ("fd00:ec2::23", "AWS EKS: pod identity credentials over IPv6"),
    ("168.63.129.16", "Azure: WireServer"),
    ("100.100.100.200", "Alibaba Cloud: instance metadata"),
    ("169.254.0.23", "Tencent Cloud: instance metadata"),
    ("169.254.42.42", "Scaleway: instance metadata"),
    ("fd00:42::42", "Scaleway: instance metadata over IPv6"),
    ("192.0.0.192", "Oracle Cloud Classic: instance metadata"),
  ].map { (IPNetwork(literal: $0.0, 32).address, $0.1) }

  private static let addresses = Set(table.map(\.address))

  public static func contains(_ address: IPAddress) -> Bool {
    addresses.contains(address)
  }
}
