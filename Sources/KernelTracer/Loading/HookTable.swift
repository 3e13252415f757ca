import Trace

/// The kernel programs of `bpf/`: where each is attached and what is not seen without it.
enum HookTable {
  enum Attachment {
    /// A raw tracepoint: attached by libbpf from the section name.
    case tracepoint
    /// A raw tracepoint, by this name, of whose arguments the program knows the types.
    case typedTracepoint(String)
    /// The cgroup-v2 root, so that leaving the session's cgroup hides nothing.
    case rootCgroup
    /// The cgroup-v2 root, with an attach type that libbpf's section names may not know; optional.
    case rootCgroupType(UInt32)
    /// The session's cgroup where there is one, else the root: packets of others are not slowed.
    case sessionCgroup
    /// Run by the tracer itself.
    case testRun

    /// The attach type that libbpf does not know by the section's name. enum bpf_attach_type, include/uapi/linux/bpf.h
    var type: UInt32? {
      switch self {
      case .rootCgroupType(let type): type
      case .typedTracepoint: 23  // BPF_TRACE_RAW_TP
      case .tracepoint, .rootCgroup, .sessionCgroup, .testRun: nil
      }
    }
  }

  struct Entry {
    var program: String
    var hook: String
    var attachment: Attachment
    var isRequired: Bool
    var cost: String
  }

  /// enum bpf_attach_type, include/uapi/linux/bpf.h of Linux 6.7.
  private static let unixConnect: UInt32 = 49
  private static let unixSendmsg: UInt32 = 50

  static let entries: [Entry] = [
    Entry(
      program: "arm_next_fork", hook: "raw_tp", attachment: .testRun, isRequired: true,
      cost: "the command cannot be made the root of the session"),
    Entry(
      program: "on_fork", hook: "raw_tp/sched_process_fork", attachment: .tracepoint, isRequired: true,
      cost: "no process is followed"),
    Entry(
      program: "on_exec", hook: "raw_tp/sched_process_exec", attachment: .tracepoint, isRequired: true,
      cost: "no program is known"),
    Entry(
      program: "on_exit", hook: "raw_tp/sched_process_exit", attachment: .tracepoint, isRequired: true,
      cost: "no exit code is known"),
    Entry(
      program: "on_connect4", hook: "cgroup/connect4", attachment: .rootCgroup, isRequired: true,
      cost: "IPv4 connection attempts are not seen"),
    Entry(
      program: "on_connect6", hook: "cgroup/connect6", attachment: .rootCgroup, isRequired: true,
      cost: "IPv6 connection attempts are not seen"),
    Entry(
      program: "on_sendmsg4", hook: "cgroup/sendmsg4", attachment: .rootCgroup, isRequired: true,
      cost: "IPv4 datagrams are not seen"),
    Entry(
      program: "on_sendmsg6", hook: "cgroup/sendmsg6", attachment: .rootCgroup, isRequired: true,
      cost: "IPv6 datagrams are not seen"),
    Entry(
      program: "on_packet_out", hook: "cgroup_skb/egress", attachment: .sessionCgroup, isRequired: true,
      cost: "datagrams on connected sockets are not seen, bytes are not counted"),
    Entry(
      program: "on_packet_in", hook: "cgroup_skb/ingress", attachment: .sessionCgroup, isRequired: false,
      cost: "no name of an address is learnt, and what datagrams are answered with is not counted"),
    Entry(
      program: "on_send", hook: "raw_tp/sock_send_length", attachment: .typedTracepoint("sock_send_length"),
      isRequired: false,
      cost: """
        sends on packet and vsock sockets, and on sockets that others connected, are not seen; \
        nor who listens behind a unix socket
        """),
    Entry(
      program: "on_connect_unix", hook: "cgroup/connect_unix", attachment: .rootCgroupType(unixConnect),
      isRequired: false, cost: "unix sockets are seen only when something is sent, if at all"),
    Entry(
      program: "on_sendmsg_unix", hook: "cgroup/sendmsg_unix", attachment: .rootCgroupType(unixSendmsg),
      isRequired: false, cost: "datagrams to unix sockets are not seen"),
    Entry(
      program: "on_socket_create", hook: "cgroup/sock_create", attachment: .rootCgroup, isRequired: true,
      cost: "sockets are not followed from their creation"),
    Entry(
      program: "on_tcp", hook: "sockops", attachment: .rootCgroup, isRequired: true,
      cost: "results, accepted connections and bytes of TCP are not known"),
    Entry(
      program: "on_marker", hook: "cgroup/setsockopt", attachment: .sessionCgroup, isRequired: false,
      cost: "tests cannot say which they are: no event is known to a test but by its process"),
    Entry(
      program: "on_marker_question", hook: "cgroup/getsockopt", attachment: .sessionCgroup, isRequired: false,
      cost: "tests cannot ask which they are: threads that serve several tests are not told apart"),
    Entry(
      program: "on_socket_release", hook: "cgroup/sock_release", attachment: .rootCgroup, isRequired: false,
      cost: "an attempt without a route shows no result"),
    Entry(
      program: "on_bind4", hook: "cgroup/post_bind4", attachment: .rootCgroup, isRequired: false,
      cost: "IPv4 listeners made by a parent process are named after the parent, those for datagrams not known"),
    Entry(
      program: "on_bind6", hook: "cgroup/post_bind6", attachment: .rootCgroup, isRequired: false,
      cost: "IPv6 listeners made by a parent process are named after the parent, those for datagrams not known"),
  ]

  /// The tracepoints whose types are needed, by program.
  static let typedTracepoints: [String: String] = {
    var tracepoints: [String: String] = [:]
    for entry in entries {
      if case .typedTracepoint(let name) = entry.attachment { tracepoints[entry.program] = name }
    }
    return tracepoints
  }()

  /// The programs that take the kernel about half of the time that it checks all of them for, as measured, and the
  /// others. They are loaded side by side.
  static let programsBySpeed: (slow: Set<String>, others: Set<String>) = {
    let slow: Set = ["on_exec", "on_packet_out", "on_packet_in", "on_marker", "on_marker_question"]
    return (slow, Set(entries.map(\.program)).subtracting(slow))
  }()

  /// What a kernel that refuses one program refuses as well: attach types come together.
  static func programsRefused(with program: String) -> Set<String> {
    let types = entries.filter { if case .rootCgroupType = $0.attachment { true } else { false } }.map(\.program)
    return types.contains(program) ? Set(types) : [program]
  }
}
