import Trace

/// Finds what the run asked others to do: sockets of services that work for whoever asks, and peers on this machine
/// that are not part of the run.
enum Doors {
  /// What serves at a unix socket: by the end of its path, or by its abstract name.
  private static let services: [(name: String, service: String)] = [
    ("/docker.sock", "the Docker engine"), ("/containerd.sock", "containerd"), ("/podman.sock", "Podman"),
    ("/crio.sock", "CRI-O"), ("/buildkitd.sock", "BuildKit"), ("/systemd/private", "systemd"),
    ("/systemd/io.systemd.Manager", "systemd"), ("/dbus/system_bus_socket", "D-Bus"), ("/bus", "D-Bus"),
    ("/io.systemd.Resolve", "systemd-resolved"), ("/nscd/socket", "nscd"), ("/S.gpg-agent", "gpg-agent"),
    ("/S.gpg-agent.ssh", "gpg-agent"), ("/ssh-agent.socket", "ssh-agent"), ("/keyring/ssh", "ssh-agent"),
    ("/snapd.socket", "snapd"), ("/libvirt-sock", "libvirt"),
  ]

  private static let nameServices: Set<String> = ["systemd-resolved", "nscd"]

  private static func service(at path: String) -> String? {
    if let known = services.first(where: { path.hasSuffix($0.name) }) { return known.service }
    // ssh-agent(1): $TMPDIR/ssh-XXXXXXXXXX/agent.<ppid>
    let parts = path.split(separator: "/")
    guard parts.count >= 2, parts[parts.count - 1].hasPrefix("agent."), parts[parts.count - 2].hasPrefix("ssh-")
    else { return nil }
    return "ssh-agent"
  }

  /// One sentence for each door, in the order of their first use.
  static func notCovered(in trace: Trace) -> [String] {
    let nameservers = DestinationMatch(nameservers: Set(trace.header.nameservers))
    var sentences: [String] = []
    var seen: Set<String> = []
    for flow in trace.flows {
      let sentence = flow.protocol == .unix ? unixDoor(flow, trace) : machineDoor(flow, trace, nameservers)
      for sentence in [sentence, otherName(flow)].compactMap({ $0 }) where seen.insert(sentence).inserted {
        sentences.append(sentence)
      }
    }
    return sentences
  }

  /// A client that calls its server by a name that no evidence gives the address: another server may answer there.
  private static func otherName(_ flow: Flow) -> String? {
    let evidence = flow.names.filter(\.source.isEvidence)
    let claim = flow.names.first { name in
      (name.source == .sni || name.source == .httpHost) && !evidence.contains { $0.name == name.name }
    }
    guard let claim, let known = evidence.first else { return nil }
    return "\(program(flow)) called \(flow.destinationText) \(claim), and it is known as \(known): "
      + "another server may have answered there"
  }

  private static func program(_ flow: Flow) -> String { flow.executable?.lastPathComponent ?? flow.command }

  private static func unixDoor(_ flow: Flow, _ trace: Trace) -> String? {
    guard let path = flow.path, flow.peer?.isMember != true else { return nil }
    let seesSends = trace.header.hooks.contains { $0.name == "raw_tp/sock_send_length" && $0.isAttached }
    // An attempt that nothing followed was most likely one of a library that looks whether the service is there.
    if seesSends, flow.sent == 0 { return nil }
    let listener = trace.outsideListeners.first { $0.path == path }
    let process = listener.map { "pid \($0.pid) \($0.command)" } ?? flow.peer.map { "pid \($0.pid)" }
    if let service = service(at: path) {
      return "\(program(flow)) asked \(service) at \(path)\(process.map { " (\($0))" } ?? ""): "
        + "what it did for it was not seen"
        + (nameServices.contains(service)
          ? "; the names that it told are no evidence: host rules do not go by them" : "")
    }
    guard let process else { return nil }
    return "\(program(flow)) talked to \(process), outside the run, at \(flow.destinationText)"
  }

  private static func machineDoor(_ flow: Flow, _ trace: Trace, _ match: DestinationMatch) -> String? {
    let wasAnswered = flow.established > 0 || (flow.protocol == .udp && flow.packetsReceived > 0)
    guard wasAnswered, flow.hasKnownAddress, flow.isLocal || flow.destination.address.isLoopback,
      flow.destination.port != 53 || !match.nameservers.contains(flow.destination.address),
      !trace.listeners.contains(where: { $0.hears(flow.destination, flow.protocol, in: flow.networkNamespace) })
    else { return nil }
    let listener = trace.outsideListeners.first {
      $0.path == nil && $0.destination == flow.destination && $0.protocol == flow.protocol
    }
    let process = listener.map { "pid \($0.pid) \($0.command)" } ?? "a process"
    return "\(program(flow)) talked to \(process), outside the run, at \(flow.destinationText)"
  }
}
