import Trace

extension NetworkSpec {
  /// Reads a destination as written in a policy or after `--allow-net`.
  ///
  /// - Throws: ``GrammarError`` saying what was expected and what stood there.
  public init(_ text: String) throws(GrammarError) {
    guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) else {
      throw .expected("a destination, such as 192.0.2.1:443, 10.0.0.0/8 or loopback", found: text)
    }
    var rest = text[...]
    var transport: Transport?
    if let separator = text.firstRange(of: "://") {
      let scheme = String(text[..<separator.lowerBound])
      transport = Transport(rawValue: scheme)
      guard transport != nil else { throw .expected("tcp:// or udp://", found: scheme + "://") }
      rest = text[separator.upperBound...]
    }
    if rest.hasPrefix("unix:") {
      guard transport == nil else { throw .expected("unix: without a protocol", found: text) }
      self = try Self.unixSocket(rest.dropFirst("unix:".count))
      return
    }
    if let name = Self.lookupName(rest) {
      guard transport == nil else { throw .expected("dns: without a protocol", found: text) }
      self.init(transport: nil, destination: .lookup(try Self.lookup(name)), ports: nil)
      return
    }
    let (destination, ports) = try Self.splitPorts(rest)
    let place = try Self.destination(destination)
    if place == .keyword(.dns), ports != nil { throw .expected("dns without a port", found: text) }
    if place == .keyword(.ioUring), ports != nil || transport != nil {
      throw .expected("io_uring without a protocol and a port", found: text)
    }
    self.init(transport: transport, destination: place, ports: try ports.map(Self.ports) ?? nil)
  }

  private static func unixSocket(_ path: Substring) throws(GrammarError) -> NetworkSpec {
    guard path.hasPrefix("/") || path.hasPrefix("*") || path.hasPrefix("@") else {
      throw .expected("an absolute path, an abstract name (@name) or a glob after unix:", found: String(path))
    }
    return NetworkSpec(transport: nil, destination: .unix(Glob(String(path), slashSeparates: true)), ports: nil)
  }

  /// What follows `dns:`, unless that is ports.
  private static func lookupName(_ text: Substring) -> Substring? {
    guard text.hasPrefix("dns:") else { return nil }
    let name = text.dropFirst("dns:".count)
    return name.unicodeScalars.allSatisfy { ("0"..."9").contains($0) || $0 == "-" } ? nil : name
  }

  private static func lookup(_ name: Substring) throws(GrammarError) -> LookupPattern {
    if name == "*" { return .any }
    return name.hasPrefix("*.") ? .subdomains(of: try hostName(name.dropFirst(2))) : .host(try hostName(name))
  }

  /// Cuts at the colon before the ports, which for IPv6 stands after the bracket.
  private static func splitPorts(
    _ text: Substring
  ) throws(GrammarError) -> (destination: Substring, ports: Substring?) {
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else {
        throw .expected("] after an IPv6 address", found: String(text))
      }
      let after = text[text.index(after: bracket)...]
      if after.isEmpty { return (text, nil) }
      guard after.hasPrefix(":") else {
        throw .expected(
          after.hasPrefix("/")
            ? "the prefix length inside the brackets, as in [2001:db8::/32]" : ": and a port after ]",
          found: String(text))
      }
      return (text[...bracket], after.dropFirst())
    }
    guard let colon = text.firstIndex(of: ":") else { return (text, nil) }
    let ports = text[text.index(after: colon)...]
    guard !ports.contains(":") else {
      throw .expected("an IPv6 address in brackets, as in [2001:db8::1]:443", found: String(text))
    }
    return (text[..<colon], ports)
  }

  private static func destination(_ text: Substring) throws(GrammarError) -> Destination {
    if text.hasPrefix("[") {
      return .network(try network(text.dropFirst().dropLast(), family: .ipv6))
    }
    if let keyword = DestinationKeyword(rawValue: String(text)) { return .keyword(keyword) }
    let looksLikeIPv4 = !text.isEmpty && text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) || $0 == "." }
    if text.contains("/") || looksLikeIPv4 {
      return .network(try network(text, family: .ipv4))
    }
    if text.hasPrefix("*.") { return .subdomains(of: try hostName(text.dropFirst(2))) }
    if text == "*" { throw .expected("a destination (any matches every one)", found: "*") }
    return .host(try hostName(text))
  }

  // MARK: Addresses

  private enum Family {
    case ipv4
    case ipv6

    var name: String { self == .ipv4 ? "an IPv4 address" : "an IPv6 address in the brackets" }
    var bits: Int { self == .ipv4 ? 32 : 128 }
  }

  private static func network(_ text: Substring, family: Family) throws(GrammarError) -> IPNetwork {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = IPAddress(String(parts[0])), family == .ipv6 || address.isIPv4,
      family == .ipv4 || parts[0].contains(":")
    else {
      throw .expected(family.name, found: String(parts[0]))
    }
    guard parts.count == 2 else { return IPNetwork(address) }
    guard let length = number(parts[1]), length <= family.bits else {
      throw .expected("a prefix length from 0 to \(family.bits)", found: String(parts[1]))
    }
    let prefixLength = family == .ipv4 ? length + 96 : length
    let masked = IPNetwork(address: address.masked(to: prefixLength), prefixLength: prefixLength)
    guard masked.address == address else {
      throw .expected("\(masked) (no address bits beyond the prefix)", found: String(text))
    }
    return masked
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  // MARK: Ports

  private static func ports(_ text: Substring) throws(GrammarError) -> ClosedRange<UInt16>? {
    if text == "*" { return nil }
    let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = bounds.map { number($0).flatMap { UInt16(exactly: $0) } }
    guard let first = numbers[0], let last = numbers[numbers.count - 1] else {
      throw .expected("a port from 0 to 65535, a range (8000-8080) or *", found: String(text))
    }
    guard first <= last else { throw .expected("a port range with the lower port first", found: String(text)) }
    return first...last
  }

  // MARK: Host names

  /// Letters, digits, hyphens and underscores, in labels of 1 to 63 and 253 in all (RFC 1123 section 2.1).
  private static func hostName(_ given: Substring) throws(GrammarError) -> String {
    let text = given.hasSuffix(".") ? given.dropLast() : given
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    if text.contains("*") { throw .expected("a host name with *. only at its beginning", found: String(text)) }
    if !text.unicodeScalars.allSatisfy(\.isASCII) {
      throw .expected("a host name in its ASCII form (xn--…)", found: String(text))
    }
    let isValid = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.unicodeScalars.allSatisfy {
          $0.properties.isAlphabetic || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
        }
    }
    guard isValid, text.utf8.count <= 253 else {
      throw .expected("an address, a range, a host name, or one of \(keywordList)", found: String(text))
    }
    return text.lowercased()
  }
}

extension IPAddress {
  /// With the bits beyond the first `prefixLength` cleared.
  fileprivate func masked(to prefixLength: Int) -> IPAddress {
    func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
    return IPAddress(high: high & mask(prefixLength), low: low & mask(prefixLength - 64))
  }
}
