import ProcessExpectations
import Testing
import Work

/// Many at the same time, each with a program and a port of its own; one that sees another's fails.
@Suite(.traced) struct ConcurrentTests {
  @Test(arguments: 0..<200)
  func seesItsOwnAlone(_ number: Int) async throws {
    let activity = try await recordActivity {
      async let spawned: Void = runProgram("/bin/true", "\(number)")
      await withTaskGroup { group in
        group.addTask { connect(to: "127.0.0.1", UInt16(21_000 + number)) }
        group.addTask { connect(to: "127.0.0.2", UInt16(21_000 + number)) }
      }
      await spawned
    }
    #expect(activity.processes.map { $0.arguments.last } == ["\(number)"])
    #expect(Set(activity.connections.map(\.peer)) == ["127.0.0.1:\(21_000 + number)", "127.0.0.2:\(21_000 + number)"])
    #expect(activity.connections.count == 2)
  }
}
