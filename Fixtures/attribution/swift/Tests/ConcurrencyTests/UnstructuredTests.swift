import Dispatch
import Foundation
import Testing
import Truth

/// What a test leaves to tasks, blocks and threads that are no children of it.
@Suite struct Unstructured {
  @Test(arguments: 0..<10) func task(_ number: Int) async {
    let owner = "ConcurrencyTests.Unstructured/task(_:)|\(number)"
    await Task { Truth.visit(owner, structured: false) }.value
    await Task.detached {
      await Task.yield()
      Truth.visit(owner, structured: false)
    }.value
  }

  @Test(arguments: 0..<10) func queue(_ number: Int) async {
    let owner = "ConcurrencyTests.Unstructured/queue(_:)|\(number)"
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        Truth.visit(owner, structured: false)
        continuation.resume()
      }
    }
    await withCheckedContinuation { continuation in
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) {
        Truth.visit(owner, structured: false)
        continuation.resume()
      }
    }
    DispatchQueue(label: "serial").sync { Truth.visit(owner) }
  }

  @Test(arguments: 0..<10) func thread(_ number: Int) async {
    let owner = "ConcurrencyTests.Unstructured/thread(_:)|\(number)"
    await withCheckedContinuation { continuation in
      Thread {
        Truth.visit(owner, structured: false)
        continuation.resume()
      }.start()
    }
  }

  @Test(arguments: 0..<10) func process(_ number: Int) throws {
    let owner = "ConcurrencyTests.Unstructured/process(_:)|\(number)"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", Truth.script(owner)]
    try process.run()
    process.waitUntilExit()
  }
}
