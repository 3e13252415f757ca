import CLibbpf
import Testing

@testable import KernelTracer

@Suite struct OptionsSizeTests {
  @Test func paddingIsLeftOut() {
    #expect(MemoryLayout<bpf_iter_attach_opts>.size(through: \.link_info_len) == 20)
    #expect(MemoryLayout<bpf_iter_attach_opts>.size == 24)
  }
}
