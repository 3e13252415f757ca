import Glibc
import Trace

/// The cgroup of one session: a child of the tracer's own, so that the caller's limits still hold.
///
/// Removed with `remove()`; after a SIGKILL of the tracer an empty one stays, and the next session sweeps it.
public struct SessionCgroup: ~Copyable {
  public let path: String
  let descriptor: Int32
  private let parent: String

  private static let prefix = "process-tracer-"

  /// Makes the cgroup; nil where the hierarchy is read-only or not delegated.
  init?(hierarchy: CgroupHierarchy) {
    let parent = hierarchy.ownPath
    let made = CapabilitySet.with(.dacOverride) { Self.make(below: parent) }
    guard let (path, descriptor) = made else { return nil }
    self.parent = parent
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  private static func make(below parent: String) -> (path: String, descriptor: Int32)? {
    sweep(parent)
    // Moving a process from the one to the other takes the right to write to both. cgroups(7)
    guard let start = ProcFile.startTicks(of: getpid()),
      faccessat(AT_FDCWD, "\(parent)/cgroup.procs", W_OK, Int32(AT_EACCESS)) == 0
    else { return nil }
    // A name can be taken by a process of the same id in another PID namespace, and a new directory swept before
    // it is locked.
    for attempt in 0..<16 {
      let path = "\(parent)/\(prefix)\(getpid())-\(start)-\(attempt)"
      guard mkdir(path, 0o755) == 0 else {
        if errno == EEXIST { continue }
        return nil
      }
      guard let descriptor = lock(path) else { continue }
      if faccessat(AT_FDCWD, "\(path)/cgroup.procs", W_OK, Int32(AT_EACCESS)) == 0 { return (path, descriptor) }
      close(descriptor)
      rmdir(path)
      return nil
    }
    return nil
  }

  /// Opens a session's directory and locks it for as long as the descriptor is open: the lock tells in every PID
  /// namespace that its tracer lives. Nil where another holds it, or the directory is gone.
  private static func lock(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var opened = stat()
    var named = stat()
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &opened) == 0, stat(path, &named) == 0,
      opened.st_ino == named.st_ino
    {
      return descriptor
    }
    close(descriptor)
    return nil
  }

  static func place(of cgroup: borrowing SessionCgroup?) -> (path: String, descriptor: Int32)? {
    switch cgroup {
    case .some(let cgroup): (cgroup.path, cgroup.descriptor)
    case .none: nil
    }
  }

  /// The kernel's id of a cgroup: its directory's inode number (kernfs); 0 for none.
  static func id(of descriptor: Int32?) -> UInt64 {
    var status = stat()
    guard let descriptor, fstat(descriptor, &status) == 0 else { return 0 }
    return UInt64(status.st_ino)
  }

  /// Kills every process in the cgroup. cgroup.kill, Linux 5.14.
  func killAll() {
    CapabilitySet.with(.dacOverride) { _ = ProcFile.write("1", to: path + "/cgroup.kill") }
  }

  /// Moves a process here; false where the kernel refuses.
  func take(_ pid: Int32) -> Bool {
    CapabilitySet.with(.dacOverride) { ProcFile.write(String(pid), to: path + "/cgroup.procs") }
  }

  /// Removes the directory; processes that go on are moved to the tracer's own cgroup first. False if it stays.
  consuming func remove() -> Bool {
    CapabilitySet.with(.dacOverride) { removeDirectory() }
  }

  private func removeDirectory() -> Bool {
    if rmdir(path) == 0 { return true }
    // Processes fork while they are moved: until none is left, or a bound that only a fork bomb reaches.
    for _ in 0..<100 {
      let members = ProcFile.lines(of: path + "/cgroup.procs")
      if members.isEmpty { break }
      for member in members { ProcFile.write(String(member), to: parent + "/cgroup.procs") }
    }
    return rmdir(path) == 0
  }

  /// Removes what earlier tracers left when they were killed; a directory in use refuses.
  private static func sweep(_ parent: String) {
    for name in ProcFile.entries(of: parent) where name.hasPrefix(prefix) {
      let path = parent + "/" + name
      guard let descriptor = lock(path) else { continue }
      rmdir(path)
      close(descriptor)
    }
  }
}

/// The cgroup-v2 hierarchy of this machine: its mount point and this process's place in it.
struct CgroupHierarchy {
  var root: String
  var ownPath: String

  /// From /proc/self/mountinfo and /proc/self/cgroup; hybrid hierarchies have it at /sys/fs/cgroup/unified.
  /// `process` is whose place counts.
  static func find(of process: Int32 = getpid()) throws(KernelTracerError) -> CgroupHierarchy {
    var root: String?
    for line in ProcFile.lines(of: "/proc/self/mountinfo") {
      // 36 35 98:0 /root /mount options - type source options; proc(5)
      let fields = line.split(separator: " ")
      guard let separator = fields.firstIndex(of: "-"), separator > 4, separator + 1 < fields.count else { continue }
      if fields[separator + 1] == "cgroup2" { root = unescaped(fields[4]) }
    }
    guard let root else {
      let hybrid = "/sys/fs/cgroup/unified"
      let place = access(hybrid, F_OK) == 0 ? hybrid : "/sys/fs/cgroup"
      throw KernelTracerError(
        .unsupportedKernel, "no cgroup v2 hierarchy is mounted",
        advice: """
          mount one: mount -t cgroup2 none \(place) (in a container: -v /sys/fs/cgroup:/sys/fs/cgroup:ro; `ip netns exec` \
          hides the machine's, nsenter --net=/run/netns/NAME does not)
          """)
    }
    let own = ProcFile.lines(of: "/proc/\(process)/cgroup").first { $0.hasPrefix("0::") }.map { $0.dropFirst(3) } ?? "/"
    let path = own == "/" ? root : root + own
    return CgroupHierarchy(root: root, ownPath: access(path, F_OK) == 0 ? path : root)
  }

  /// mountinfo writes space, tab, newline and backslash as octal.
  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let character = rest.popFirst() {
      if character == "\\", let code = UInt8(rest.prefix(3), radix: 8) {
        result.unicodeScalars.append(Unicode.Scalar(code))
        rest = rest.dropFirst(3)
      } else {
        result.append(character)
      }
    }
    return result
  }
}
