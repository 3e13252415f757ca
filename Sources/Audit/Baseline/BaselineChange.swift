/// How a set of runs differs from a baseline.
public struct BaselineChange: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case newProgram = "new program"
    case changedProgram = "changed program"
    case vanishedProgram = "vanished program"
    case newDestination = "new destination"
  }

  public var kind: Kind
  /// The program's stable path, or the destination.
  public var subject: String
  /// SHA-256 of before and after, for a changed program; the one there is for a new one.
  public var before: String?
  public var after: String?

  /// Whether a policy may object: what is no longer done harms nobody.
  public var isAddition: Bool { kind != .vanishedProgram }
}

extension Baseline {
  /// What the runs did that the baseline does not say, and the other way about; in the order of kinds and names.
  ///
  /// Hashes are compared where both sides have one.
  public func changes(to now: Baseline) -> [BaselineChange] {
    var changes: [BaselineChange] = []
    for (path, sha256) in now.programs.sorted(by: { $0.key < $1.key }) {
      guard let known = programs[path] else {
        changes.append(BaselineChange(kind: .newProgram, subject: path, before: nil, after: sha256))
        continue
      }
      if let known, let sha256, known != sha256 {
        changes.append(BaselineChange(kind: .changedProgram, subject: path, before: known, after: sha256))
      }
    }
    for path in programs.keys.filter({ now.programs[$0] == nil }).sorted() {
      changes.append(BaselineChange(kind: .vanishedProgram, subject: path, before: nil, after: nil))
    }
    for destination in now.destinations.subtracting(destinations).sorted() {
      changes.append(BaselineChange(kind: .newDestination, subject: destination, before: nil, after: nil))
    }
    return changes
  }
}
