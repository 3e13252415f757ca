/// An address of /etc/hosts with its names, canonical name first. hosts(5)
public struct HostsEntry: Hashable, Sendable {
  public var address: IPAddress
  /// Lower case, without a dot at the end.
  public var names: [String]

  public init(address: IPAddress, names: [String]) {
    self.address = address
    self.names = names
  }

  /// nil for a comment, an empty line, or one without an address and a name.
  public init?(line: some StringProtocol) {
    let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard words.count >= 2, let address = IPAddress(String(words[0].prefix { $0 != "%" })) else { return nil }
    self.init(address: address, names: words.dropFirst().map { DomainName.normalized($0) })
  }
}
