// Marks two tests; each connects to a port of its own: example PORT PORT.
import Glibc

// marker
let level: Int32 = 0x7074_7261
let begin: Int32 = 1
let end: Int32 = 4
let anySocket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

func mark(_ verb: Int32, _ text: String) {
  _ = setsockopt(anySocket, level, verb, text, socklen_t(text.utf8.count))  // fails where there is no tracer
}
// marker

func visit(_ port: UInt16) {
  var peer = sockaddr_in()
  peer.sin_family = sa_family_t(AF_INET)
  peer.sin_port = port.bigEndian
  peer.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  let visitor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  let size = socklen_t(MemoryLayout.size(ofValue: peer))
  _ = withUnsafeBytes(of: &peer) { connect(visitor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, size) }
  close(visitor)
}

for (name, port) in zip(["example::first", "example::second"], CommandLine.arguments.dropFirst()) {
  mark(begin, name)
  visit(UInt16(port)!)
  mark(end, "passed")
}
