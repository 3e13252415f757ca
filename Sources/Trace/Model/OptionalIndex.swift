/// `Int?` for an index into one of the arrays of a `Trace`, in 4 bytes: a run has many of them.
struct OptionalIndex: Hashable, Sendable {
  private var rawValue: Int32

  init(_ value: Int?) {
    rawValue = value.map(Int32.init) ?? -1
  }

  static let none = OptionalIndex(nil)

  var value: Int? { rawValue < 0 ? nil : Int(rawValue) }
}
