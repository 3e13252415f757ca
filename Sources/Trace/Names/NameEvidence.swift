/// What addresses are called, by evidence. It holds in the network namespace of the command alone: elsewhere an address
/// can be anybody.
struct NameEvidence: Sendable {
  private let namespace: UInt32
  private var names: [IPAddress: [AddressName]] = [:]

  var isEmpty: Bool { names.isEmpty }

  /// With what /etc/hosts said before the run.
  init(_ header: RunHeader) {
    namespace = header.networkNamespace
    for entry in header.hosts {
      names[entry.address, default: []] += entry.names.map {
        AddressName(name: $0, source: .hosts, time: header.start)
      }
    }
  }

  mutating func add(_ name: String, of address: IPAddress, since time: BootInstant) {
    names[address, default: []].append(AddressName(name: name, source: .dns, time: time))
  }

  /// Takes an answer that proves what it says, as the kernel's own table of names does.
  mutating func add(_ answer: AnswerEvent) {
    guard answer.doubts.isEmpty, let message = answer.message else { return }
    for address in message.records.flatMap(\.addresses)
    where names[address]?.contains(where: { $0.source == .dns && $0.name == message.name }) != true {
      add(message.name, of: address, since: answer.time)
    }
  }

  /// In the order in which they were learnt.
  func names(of address: IPAddress, in networkNamespace: UInt32) -> [AddressName] {
    networkNamespace == namespace && namespace != 0 ? names[address, default: []] : []
  }
}
