/// A process that runs tests, recognised by its own binary and arguments.
public struct TestProcess: Hashable, Sendable {
  /// `pytest`, `go test`, `XCTest`, `Swift Testing`.
  public var runner: String
  /// The suite or package as far as the process tells: a Go package directory, a Swift test product, a worker id.
  public var suite: String?
  /// Index in `Trace.processes`.
  public var process: Int
  /// The image by which it was recognised, an index in `Trace.images`: what it became before is its start, what it
  /// becomes later is a program that a test ran. nil where that is not known.
  public var image: Int?

  public init(runner: String, suite: String?, process: Int, image: Int? = nil) {
    self.runner = runner
    self.suite = suite
    self.process = process
    self.image = image
  }
}

/// A test case by the name that its runner gives it.
public struct TestCase: Hashable, Sendable {
  public var runner: String
  public var suite: String?
  /// The runner's own id: pytest node id, Go `TestX/sub`, swift `Module.Suite/test()`.
  public var name: String

  public init(runner: String, suite: String?, name: String) {
    self.runner = runner
    self.suite = suite
    self.name = name
  }
}
