import Glibc
import Testing

@testable import KernelTracer

/// With a cgroup v2 hierarchy that can be written to.
@Suite(.serialized, .enabled(if: geteuid() == 0))
struct SessionCgroupTests {
  /// A directory as a tracer with a process id of another PID namespace would have it.
  private func foreignCgroup(in hierarchy: CgroupHierarchy) throws -> String {
    let path = "\(hierarchy.ownPath)/process-tracer-1-1-0"
    try #require(mkdir(path, 0o755) == 0 || errno == EEXIST)
    return path
  }

  @Test func leavesTheCgroupOfALivingTracerAlone() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = try foreignCgroup(in: hierarchy)
    let held = open(path, O_RDONLY | O_DIRECTORY)
    defer {
      close(held)
      rmdir(path)
    }
    try #require(flock(held, LOCK_EX) == 0)
    if let own = SessionCgroup(hierarchy: hierarchy) { _ = own.remove() }
    #expect(access(path, F_OK) == 0)
  }

  @Test func sweepsTheCgroupOfADeadTracer() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = try foreignCgroup(in: hierarchy)
    if let own = SessionCgroup(hierarchy: hierarchy) { _ = own.remove() }
    #expect(access(path, F_OK) != 0)
  }
}
