/// Finds processes by identity: an open-addressing table of places in an array, a quarter of a dictionary's size.
struct ProcessIndex: Sendable {
  private static let free: Int32 = -1

  private var slots = [Int32](repeating: Self.free, count: 1024)
  private var count = 0

  /// The place of a process in `processes`, which holds every process that was inserted.
  func place(of identity: ProcessIdentity, in processes: [TracedProcess]) -> Int? {
    let slot = slot(of: identity, in: processes)
    return slots[slot] == Self.free ? nil : Int(slots[slot])
  }

  /// Notes that `processes[place]` is the process with its identity.
  mutating func insert(_ place: Int, in processes: [TracedProcess]) {
    if (count + 1) * 4 > slots.count * 3 { grow(processes) }
    let slot = slot(of: processes[place].identity, in: processes)
    if slots[slot] == Self.free { count += 1 }
    slots[slot] = Int32(place)
  }

  /// Starts again from all of `processes`, whose places have changed.
  mutating func rebuild(_ processes: [TracedProcess]) {
    slots = [Int32](repeating: Self.free, count: slots.count)
    count = 0
    for place in processes.indices { insert(place, in: processes) }
  }

  private mutating func grow(_ processes: [TracedProcess]) {
    let places = slots.filter { $0 != Self.free }
    slots = [Int32](repeating: Self.free, count: slots.count * 2)
    for place in places { slots[slot(of: processes[Int(place)].identity, in: processes)] = place }
  }

  /// Where the identity is, or would be.
  private func slot(of identity: ProcessIdentity, in processes: [TracedProcess]) -> Int {
    let mixed = (identity.start.nanoseconds ^ UInt64(UInt32(bitPattern: identity.pid)) << 32) &* 0x9E37_79B9_7F4A_7C15
    var slot = Int(truncatingIfNeeded: mixed >> 32) & (slots.count - 1)
    while slots[slot] != Self.free, processes[Int(slots[slot])].identity != identity {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }
}
