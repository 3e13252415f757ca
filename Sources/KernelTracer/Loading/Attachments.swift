import CLibbpf
import Glibc
import Trace

/// The attached programs; detached with the value. Links are not pinned: the kernel detaches them when the
/// process dies, whatever kills it.
struct Attachments: ~Copyable {
  private var links: [OpaquePointer] = []
  private(set) var hooks: [Hook] = []
  private var unixFallback: UnixFallback?

  /// Attaches all hooks of the table. `root` and `session` are cgroup-v2 directory descriptors.
  init(_ object: borrowing KernelObject, root: Int32, session: Int32?) throws(KernelTracerError) {
    for entry in HookTable.entries {
      var isAttached = !object.refusedPrograms.contains(entry.program)
      var failure: Int32 = 0
      if isAttached, let program = object.program(entry.program) {
        switch entry.attachment {
        case .testRun: break
        case .tracepoint: failure = add(bpf_program__attach(program))
        case .typedTracepoint: failure = add(bpf_program__attach_trace(program))
        case .rootCgroup, .rootCgroupType: failure = add(bpf_program__attach_cgroup(program, root))
        case .sessionCgroup: failure = add(bpf_program__attach_cgroup(program, session ?? root))
        }
        isAttached = failure == 0
      }
      hooks.append(
        Hook(name: entry.hook, isRequired: entry.isRequired, isAttached: isAttached, cost: entry.cost))
      if !isAttached, entry.isRequired {
        detach()
        throw Self.missing(entry, failure)
      }
    }
    try replaceUnixHooks(over: object)
  }

  /// Has unix sockets seen by other means where the kernel has no hooks for them.
  private mutating func replaceUnixHooks(over object: borrowing KernelObject) throws(KernelTracerError) {
    let missing = HookTable.entries.indices.filter { index in
      guard case .rootCgroupType = HookTable.entries[index].attachment else { return false }
      return !hooks[index].isAttached
    }
    guard !missing.isEmpty, let fallback = try UnixFallback(over: object) else { return }
    unixFallback = consume fallback
    for index in missing {
      guard let name = UnixFallback.hook(for: HookTable.entries[index].program) else { continue }
      hooks[index] = Hook(name: name, isRequired: false, isAttached: true, cost: hooks[index].cost)
    }
  }

  /// Runs of programs in place of missing ones that the kernel skipped; nil where the kernel does not tell.
  func recursionMisses() -> [String: UInt64]? {
    switch unixFallback {
    case .some(let fallback): fallback.recursionMisses()
    case .none: [:]
    }
  }

  deinit {
    for link in links { bpf_link__destroy(link) }
  }

  private mutating func detach() {
    for link in links { bpf_link__destroy(link) }
    links = []
  }

  private mutating func add(_ link: OpaquePointer?) -> Int32 {
    guard let link else { return errno }
    links.append(link)
    return 0
  }

  private static func missing(_ entry: HookTable.Entry, _ code: Int32) -> KernelTracerError {
    let message = "the required hook \(entry.hook) cannot be attached: \(systemMessage(code)); without it \(entry.cost)"
    let isPrivilege = code == EPERM || code == EACCES
    return KernelTracerError(
      isPrivilege ? .privilege : .missingHook, message, advice: isPrivilege ? KernelTracerError.privilegeAdvice : "")
  }
}
