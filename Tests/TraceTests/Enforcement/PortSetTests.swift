import Testing
import Trace

@Suite struct PortSetTests {
  private func set(_ ranges: ClosedRange<UInt16>...) -> PortSet {
    ranges.reduce(into: PortSet()) { $0.formUnion(PortSet($1)) }
  }

  @Test func rangesThatTouchAreJoined() {
    #expect(set(80...80, 443...443, 81...90).ranges == [80...90, 443...443])
    #expect(set(0...10, 5...20).ranges == [0...20])
    #expect(set(65535...65535, 0...65534) == .all)
  }

  @Test func whatIsTakenOutLeavesWhatIsAroundIt() {
    var ports = PortSet.all
    ports.subtract(set(0...0, 53...53, 65535...65535))
    #expect(ports.ranges == [1...52, 54...65534])
    ports.subtract(.all)
    #expect(ports.isEmpty)
  }

  @Test func anIntersectionIsWhatBothHave() {
    var ports = set(1...100, 200...300)
    ports.formIntersection(set(50...250))
    #expect(ports.ranges == [50...100, 200...250])
    ports.formIntersection(PortSet())
    #expect(ports.isEmpty)
  }
}
