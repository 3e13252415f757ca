public import Trace

/// Decides which questions about scopes are answered. Pure: what it is told, it judges.
public struct ScopeDesk: Sendable {
  public private(set) var index = ScopeIndex()
  /// What was lost in the run when last looked, and when that was first seen.
  private var loss: (count: UInt64, since: BootInstant) = (0, BootInstant(nanoseconds: 0))

  public init() {}

  /// Takes note of an event that the builder has, and returns it without the secret that it may carry.
  public mutating func take(_ event: KernelEvent, in builder: borrowing TraceBuilder) -> KernelEvent {
    index.add(event, in: builder)
    guard case .marker(var marker) = event, marker.verb == .begin || marker.verb == .thread else { return event }
    marker.text = marker.text.withoutSecret
    return .marker(marker)
  }

  /// Whether everything was seen that the request asks about.
  public func isReached(_ request: SessionRequest) -> Bool {
    guard let scope = index[request.scope] else { return false }
    return request.checkpoint.map { scope.checkpoint >= $0 } ?? (scope.end != nil)
  }

  /// - Parameters:
  ///   - lost: what the kernel could not keep since the run began.
  ///   - now: when that was looked up.
  public mutating func answer(
    _ request: SessionRequest, from builder: borrowing TraceBuilder, places: DestinationPlaces, lost: UInt64,
    now: BootInstant
  ) throws(SessionRefusal) -> ScopeAnswer {
    guard let scope = index[request.scope] else { throw .unknownScope }
    guard request.secret.isSame(as: scope.secret) else { throw .wrongSecret }
    if let checkpoint = request.checkpoint {
      guard checkpoint > scope.told else { throw .replayed }
    }
    let isWhole = isReached(request)
    let lostMeanwhile = lost == loss.count && scope.start > loss.since ? 0 : lost
    if lost != loss.count { loss = (lost, now) }
    let answer = ScopeAnswer(
      request, builder.activity(of: scope, in: index), places: places, lost: lostMeanwhile, isWhole: isWhole)
    if let checkpoint = request.checkpoint, scope.end == nil {
      index.note(told: checkpoint, scope.id)
    } else {
      index.forget(scope.id)
    }
    return answer
  }
}

extension String {
  /// Takes as long for a wrong text as for the right one.
  fileprivate func isSame(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return zip(utf8, other.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// A marker's text with the value of `scope` left out.
  fileprivate var withoutSecret: String {
    let key = "\(MarkerText.scopeKey)="
    guard contains("\n\(key)") else { return self }
    let lines = split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { $0.hasPrefix(key) ? "\(key)yes" : String($0) }.joined(separator: "\n")
  }
}
