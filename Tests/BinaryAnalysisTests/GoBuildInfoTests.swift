import Testing

@testable import BinaryAnalysis

@Suite struct GoBuildInfoTests {
  private func section(_ module: String, flags: UInt8 = 2) -> [UInt8] {
    let version = Array("go1.27.3".utf8)
    let sentinel = [UInt8](repeating: 0xAA, count: 16)
    let text = sentinel + Array(module.utf8) + sentinel
    let header = [0xFF] + Array(" Go buildinf:".utf8) + [8, flags] + [UInt8](repeating: 0, count: 16)
    let length = [UInt8(text.count & 0x7F) | 0x80, UInt8(text.count >> 7)]
    return header + [UInt8(version.count)] + version + length + text
  }

  @Test func tellsWhichPackageIsTested() {
    let bytes = section("path\texample.com/shop/cart.test\nmod\texample.com/shop\t(devel)\t\nbuild\t-race=true\n")
    #expect(bytes.withUnsafeBytes { GoBuildInfo.testedPackage($0) } == "example.com/shop/cart")
  }

  @Test func saysNothingOfOtherProgramsAndBrokenSections() {
    let program = section("path\texample.com/shop/cmd\n" + String(repeating: " ", count: 128))
    #expect(program.withUnsafeBytes { GoBuildInfo.testedPackage($0) } == nil)
    let old = section("path\texample.com/shop.test\n" + String(repeating: " ", count: 128), flags: 0)
    #expect(old.withUnsafeBytes { GoBuildInfo.testedPackage($0) } == nil)
    for length in program.indices {
      #expect(program.prefix(length).withUnsafeBytes { GoBuildInfo.testedPackage($0) } == nil)
    }
  }
}
