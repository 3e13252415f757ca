import Trace

/// The kernel programs of `bpf/`: where each is attached and what is not seen without it.
enum HookTable {
  enum Attachment {
    /// A raw tracepoint: attached by libbpf from the section name.
    case tracepoint
    /// The cgroup-v2 root, so that leaving the session's cgroup hides nothing.
    case rootCgroup
    /// The session's cgroup where there is one, else the root: packets of others are not slowed.
    case sessionCgroup
    /// Run by the tracer itself.
    case testRun
  }

  struct Entry {
    var program: String
    var hook: String
    var attachment: Attachment
    var isRequired: Bool
    var cost: String
  }

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
      cost: "a listener made by a parent process is named after the parent"),
    Entry(
      program: "on_bind6", hook: "cgroup/post_bind6", attachment: .rootCgroup, isRequired: false,
      cost: "a listener made by a parent process is named after the parent"),
  ]
}
