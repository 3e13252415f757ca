// XCTest's own names begin so.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import ProcessActivity
import XCTest

/// Asserts that code does what it is expected to do, and returns what it returns.
///
/// `inexact` says what to make of evidence that is not known to be the code's own.
@discardableResult
@_disfavoredOverload
public func XCTAssertActivity<Value, Failure: Error>(
  _ expectations: ActivityExpectation..., inexact: InexactEvidence = .warns, file: StaticString = #filePath,
  line: UInt = #line, _ body: () throws(Failure) -> Value
) throws -> Value {
  try check(expectations, inexact, file, line, body)
}

/// Asserts that asynchronous code does what it is expected to do; it runs on threads of its own.
@discardableResult
public func XCTAssertActivity<Value>(
  _ expectations: ActivityExpectation..., inexact: InexactEvidence = .warns, file: StaticString = #filePath,
  line: UInt = #line, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check(expectations, inexact, file, line, body)
}

/// Asserts that code makes no attempt to reach another machine, but those that are allowed.
@discardableResult
@_disfavoredOverload
public func XCTAssertNoEgress<Value, Failure: Error>(
  allowing destinations: [String] = [], inexact: InexactEvidence = .warns, file: StaticString = #filePath,
  line: UInt = #line, _ body: () throws(Failure) -> Value
) throws -> Value {
  try check(noEgress(destinations), inexact, file, line, body)
}

/// Asserts that asynchronous code makes no attempt to reach another machine, but those that are allowed.
@discardableResult
public func XCTAssertNoEgress<Value>(
  allowing destinations: [String] = [], inexact: InexactEvidence = .warns, file: StaticString = #filePath,
  line: UInt = #line, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check(noEgress(destinations), inexact, file, line, body)
}

/// Asserts that a program is run this many times; without a number, once at least.
@discardableResult
@_disfavoredOverload
public func XCTAssertSpawns<Value, Failure: Error>(
  _ program: String, times: Int? = nil, arguments: String? = nil, parent: String? = nil,
  inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.spawns(program, times: times, arguments: arguments, parent: parent)], inexact, file, line, body)
}

/// Asserts that a program is run this many times by asynchronous code; without a number, once at least.
@discardableResult
public func XCTAssertSpawns<Value>(
  _ program: String, times: Int? = nil, arguments: String? = nil, parent: String? = nil,
  inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.spawns(program, times: times, arguments: arguments, parent: parent)], inexact, file, line, body)
}

/// Asserts that no process is started.
@discardableResult
@_disfavoredOverload
public func XCTAssertSpawns<Value, Failure: Error>(
  _ nothing: Nothing, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.spawns(nothing)], inexact, file, line, body)
}

/// Asserts that asynchronous code starts no process.
@discardableResult
public func XCTAssertSpawns<Value>(
  _ nothing: Nothing, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.spawns(nothing)], inexact, file, line, body)
}

/// Asserts that no other program is run than these.
@discardableResult
@_disfavoredOverload
public func XCTAssertSpawnsOnly<Value, Failure: Error>(
  _ programs: [String], inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.spawnsOnly(programs)], inexact, file, line, body)
}

/// Asserts that asynchronous code runs no other program than these.
@discardableResult
public func XCTAssertSpawnsOnly<Value>(
  _ programs: [String], inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.spawnsOnly(programs)], inexact, file, line, body)
}

/// Asserts that a program is not run.
@discardableResult
@_disfavoredOverload
public func XCTAssertNeverRuns<Value, Failure: Error>(
  _ program: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.neverRuns(program)], inexact, file, line, body)
}

/// Asserts that asynchronous code does not run a program.
@discardableResult
public func XCTAssertNeverRuns<Value>(
  _ program: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.neverRuns(program)], inexact, file, line, body)
}

/// Asserts that every process that was started has ended.
@discardableResult
@_disfavoredOverload
public func XCTAssertLeavesNothingRunning<Value, Failure: Error>(
  inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.leavesNothingRunning], inexact, file, line, body)
}

/// Asserts that every process that asynchronous code started has ended.
@discardableResult
public func XCTAssertLeavesNothingRunning<Value>(
  inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.leavesNothingRunning], inexact, file, line, body)
}

/// Asserts that a socket waits for others at an address: `127.0.0.1:8080`, `any:8080`.
@discardableResult
@_disfavoredOverload
public func XCTAssertListens<Value, Failure: Error>(
  on address: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.listens(on: address)], inexact, file, line, body)
}

/// Asserts that a socket of asynchronous code waits for others at an address: `127.0.0.1:8080`, `any:8080`.
@discardableResult
public func XCTAssertListens<Value>(
  on address: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.listens(on: address)], inexact, file, line, body)
}

/// Asserts that a connection to a destination is attempted, or a datagram sent.
@discardableResult
@_disfavoredOverload
public func XCTAssertConnects<Value, Failure: Error>(
  to destination: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.connects(to: destination)], inexact, file, line, body)
}

/// Asserts that asynchronous code attempts to connect to a destination, or sends a datagram.
@discardableResult
public func XCTAssertConnects<Value>(
  to destination: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.connects(to: destination)], inexact, file, line, body)
}

/// Asserts that a DNS server is asked for a name, and answers.
@discardableResult
@_disfavoredOverload
public func XCTAssertResolves<Value, Failure: Error>(
  _ name: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  try check([.resolves(name)], inexact, file, line, body)
}

/// Asserts that asynchronous code asks a DNS server for a name, which answers.
@discardableResult
public func XCTAssertResolves<Value>(
  _ name: String, inexact: InexactEvidence = .warns, file: StaticString = #filePath, line: UInt = #line,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  try await check([.resolves(name)], inexact, file, line, body)
}

// MARK: What they share

private func noEgress(_ destinations: [String]) -> [ActivityExpectation] {
  destinations.isEmpty ? [.noEgress] : [.allowsEgress(to: destinations)]
}

private func check<Value, Failure: Error>(
  _ expectations: [ActivityExpectation], _ inexact: InexactEvidence, _ file: StaticString, _ line: UInt,
  _ body: () throws(Failure) -> Value
) throws -> Value {
  if try runsWithout() { return try body() }
  let queries = ActivityQueries(expectations)
  let (result, activity) = try ActivityScope.run(.place("\(file)", Int(line), expectations), queries, body)
  fail(ExpectationCheck(activity).violations(expectations, queries), inexact, file, line)
  return try result.get()
}

private func check<Value>(
  _ expectations: [ActivityExpectation], _ inexact: InexactEvidence, _ file: StaticString, _ line: UInt,
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
) async throws -> Value {
  if try runsWithout() { return try await body() }
  let queries = ActivityQueries(expectations)
  let (result, activity) = try await ActivityScope.run(.place("\(file)", Int(line), expectations), queries, body)
  fail(ExpectationCheck(activity).violations(expectations, queries), inexact, file, line)
  return try result.get()
}

/// Whether to run without looking, where no tracer runs. Throws `XCTSkip` or `TracerUnavailable` where not at all.
func runsWithout(_ missing: MissingTracer = .byEnvironment) throws -> Bool {
  guard let absence = Tracer.absence else { return false }
  switch missing {
  case .run: return true
  case .skip: throw XCTSkip("\(TracerUnavailable(absence))")
  case .fail: throw TracerUnavailable(absence)
  }
}

/// Fails at a line for each violation.
func fail(_ violations: [Violation], _ inexact: InexactEvidence, _ file: StaticString, _ line: UInt) {
  for violation in violations where violation.isExact || inexact != .isIgnored {
    if violation.isExact || inexact == .fails {
      XCTFail(violation.text, file: file, line: line)
    } else {
      print("\(file):\(line): warning: \(violation.text)")
    }
  }
}
