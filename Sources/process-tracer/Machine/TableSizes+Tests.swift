import KernelTracer

extension TableSizes {
  /// The defaults, or what tests force to see full tables: PROCESS_TRACER_TEST_RING_BYTES,
  /// PROCESS_TRACER_TEST_TABLE_ENTRIES (destinations and programs), PROCESS_TRACER_TEST_MEMBER_ENTRIES,
  /// PROCESS_TRACER_TEST_THREAD_ENTRIES, PROCESS_TRACER_TEST_NAME_ENTRIES (names, lookups and open questions).
  init(testEnvironment environment: [String: String]) {
    self.init()
    func forced(_ name: String) -> UInt32? { environment["PROCESS_TRACER_TEST_\(name)"].flatMap(UInt32.init) }
    ringBytes = forced("RING_BYTES") ?? ringBytes
    flows = forced("TABLE_ENTRIES") ?? flows
    images = forced("TABLE_ENTRIES") ?? images
    members = forced("MEMBER_ENTRIES") ?? members
    threads = forced("THREAD_ENTRIES") ?? threads
    names = forced("NAME_ENTRIES") ?? names
    enforcedNames = forced("NAME_ENTRIES") ?? enforcedNames
  }
}
