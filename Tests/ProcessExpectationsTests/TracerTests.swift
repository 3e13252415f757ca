import ProcessExpectations
import Testing

@Suite struct TracerTests {
  @Test func theVersionIsThreeNumbers() {
    #expect(Tracer.version.split(separator: ".").compactMap { Int($0) }.count == 3)
  }

  @Test func whatIsMissingSaysHowToGetIt() {
    #expect("\(TracerUnavailable("no tracer"))".contains("process-tracer test -- swift test"))
  }
}
