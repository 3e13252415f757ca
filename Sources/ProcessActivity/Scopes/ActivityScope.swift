/// What a scope says when it begins.
package struct ScopeDescription: Sendable {
  /// The runner's own name for the test, or for the place in the code.
  package var name: String
  package var runner: String
  package var suite: String?
  package var file: String?
  package var line: Int?
  /// Destinations that the test allows itself, for a policy that lets tests widen it.
  package var allowed: [String] = []

  package init(name: String, runner: String, suite: String? = nil, file: String? = nil, line: Int? = nil) {
    self.name = name
    self.runner = runner
    self.suite = suite
    self.file = file
    self.line = line
  }

  /// The text of its marker; what does not fit into 4096 bytes is left out from the end of the name.
  func text(secret: String) -> String {
    var values = ["runner=\(runner)", "scope=\(secret)"]
    if let suite { values.append("suite=\(suite.oneLine)") }
    if let file { values.append("file=\(file.oneLine)") }
    if let line { values.append("line=\(line)") }
    let words = allowed.filter { !$0.contains { $0.isWhitespace } }
    if !words.isEmpty { values.append("allow=\(words.joined(separator: " "))") }
    let rest = values.joined(separator: "\n")
    var name = name.oneLine
    let room = 4095 - rest.utf8.count
    if name.utf8.count > room { name = String(decoding: name.utf8.prefix(max(0, room - 3)), as: UTF8.self) + "..." }
    return "\(name)\n\(rest)"
  }
}

extension String {
  fileprivate var oneLine: String {
    contains { $0.isNewline || $0 == "\0" }
      ? String(flatMap { $0.isNewline ? "\\n" : $0 == "\0" ? "\\0" : String($0) }) : self
  }
}

#if os(Linux)
  import Glibc

  /// A stretch of code about which the tracer is asked.
  package struct ActivityScope: Sendable {
    /// The scope that the current task works in.
    @TaskLocal static var current: ActivityScope?

    let token: UInt32
    private let secret: String

    /// Begins on this thread, as a part of the current scope where there is one, and stays on it.
    private init(_ description: ScopeDescription) throws(TracerUnavailable) {
      if let absence = Tracer.absence { throw TracerUnavailable(absence) }
      if let enclosing = Self.current { Markers.adopt(enclosing.token) }
      var random = SystemRandomNumberGenerator()
      secret = (0..<2).map { _ in String(random.next(), radix: 16) }.joined(separator: "-")
      guard let token = Markers.begin(description.text(secret: secret)) else {
        throw TracerUnavailable("the tracer refused the scope's marker")
      }
      self.token = token
    }

    /// Ends on this thread, and tells what was done; the thread is left without a test.
    private func end(_ queries: ActivityQueries) throws(TracerUnavailable) -> Activity {
      Markers.adopt(token)
      Markers.end()
      var request = SessionLine("activity", [("version", "1"), ("test", "\(token)"), ("secret", secret)])
      request.fields += queries.fields
      return Activity(try SessionConnection.ask(request))
    }

    /// Runs synchronous code as a scope, on the calling thread.
    package static func run<Value, Failure: Error>(
      _ description: ScopeDescription, _ queries: ActivityQueries, _ body: () throws(Failure) -> Value
    ) throws(TracerUnavailable) -> (Result<Value, Failure>, Activity) {
      let before = Markers.current
      defer { Markers.restore(before) }
      let scope = try ActivityScope(description)
      let result = $current.withValue(scope) {
        do throws(Failure) {
          return Result<Value, Failure>.success(try body())
        } catch {
          return .failure(error)
        }
      }
      return (result, try scope.end(queries))
    }

    /// Runs asynchronous code as a scope: on threads of its own, unless an actor has others.
    package static func run<Value>(
      _ description: ScopeDescription, _ queries: ActivityQueries, isolation: isolated (any Actor)? = #isolation,
      _ body: () async throws -> Value
    ) async throws(TracerUnavailable) -> (Result<Value, any Error>, Activity) {
      let scope = try begin(description)
      let executor = ScopeExecutor(token: scope.token)
      let result: Result<Value, any Error>
      do {
        let value = try await withTaskExecutorPreference(executor) {
          try await $current.withValue(scope) { try await body() }
        }
        result = .success(value)
      } catch {
        result = .failure(error)
      }
      return (result, try scope.finish(queries))
    }

    private static func begin(_ description: ScopeDescription) throws(TracerUnavailable) -> ActivityScope {
      let before = Markers.current
      defer { Markers.restore(before) }
      return try ActivityScope(description)
    }

    private func finish(_ queries: ActivityQueries) throws(TracerUnavailable) -> Activity {
      let before = Markers.current
      defer { Markers.restore(before) }
      return try end(queries)
    }
  }
#else
  /// A stretch of code about which the tracer is asked; there is none here.
  package struct ActivityScope: Sendable {
    package static func run<Value, Failure: Error>(
      _ description: ScopeDescription, _ queries: ActivityQueries, _ body: () throws(Failure) -> Value
    ) throws(TracerUnavailable) -> (Result<Value, Failure>, Activity) {
      throw TracerUnavailable(Tracer.absence ?? "")
    }

    package static func run<Value>(
      _ description: ScopeDescription, _ queries: ActivityQueries, isolation: isolated (any Actor)? = #isolation,
      _ body: () async throws -> Value
    ) async throws(TracerUnavailable) -> (Result<Value, any Error>, Activity) {
      throw TracerUnavailable(Tracer.absence ?? "")
    }
  }
#endif
