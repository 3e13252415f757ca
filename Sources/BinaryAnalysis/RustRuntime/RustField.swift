/// Where an object has a slice, by what else is in it.
public struct RustField: Hashable, Sendable {
  /// A field of `size` bytes has this value.
  public struct Condition: Hashable, Sendable {
    public var offset: UInt64
    public var size: Int
    public var value: UInt64
  }

  /// All of them hold.
  public var conditions: [Condition]
  /// Offsets of the slice's two words.
  public var pointer: UInt64
  public var length: UInt64

  /// The same of an object that has this one `distance` bytes behind its beginning.
  func moved(by distance: UInt64) -> Self {
    var moved = self
    moved.pointer += distance
    moved.length += distance
    for index in moved.conditions.indices { moved.conditions[index].offset += distance }
    return moved
  }
}
