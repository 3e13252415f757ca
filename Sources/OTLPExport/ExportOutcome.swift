/// What became of an export, in sentences for the user.
public struct ExportOutcome: Equatable, Sendable {
  /// What did not arrive, and why: one for every server.
  public var failures: [String] = []
  /// Words of servers that accepted everything.
  public var notices: [String] = []
  /// What arrived where.
  public var successes: [String] = []

  init() {}

  init(_ results: [(signal: Signal, endpoint: Endpoint, result: DeliveryResult)]) {
    var failed: [(reason: String, endpoints: [Endpoint], losses: [String])] = []
    for (signal, endpoint, result) in results {
      if let reason = result.failure {
        let missing = result.total - result.accepted - result.rejected
        let loss = signal.quantity(missing) + (missing == result.total ? "" : " of \(result.total)")
        if let index = failed.firstIndex(where: { $0.reason == reason && $0.endpoints[0].origin == endpoint.origin }) {
          failed[index].endpoints.append(endpoint)
          failed[index].losses.append(loss)
        } else {
          failed.append((reason, [endpoint], [loss]))
        }
      } else if result.accepted > 0 {
        successes.append("exported \(signal.quantity(result.accepted)) to \(endpoint)")
      }
      let words = result.messages.joined(separator: "; ")
      if result.rejected > 0 {
        failures.append(
          "\(endpoint) rejected \(signal.quantity(result.rejected)) of \(result.total)"
            + (words.isEmpty ? "" : ": \(words)"))
      } else if !words.isEmpty {
        notices.append("\(endpoint) says: \(words)")
      }
    }
    failures += failed.map { reason, endpoints, losses in
      let place = endpoints.count == 1 ? endpoints[0].description : endpoints[0].origin
      return "cannot export to \(place): \(reason); \(losses.joined(separator: " and ")) not sent"
    }
  }
}
