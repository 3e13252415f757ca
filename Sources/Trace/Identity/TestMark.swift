/// The test that the kernel found something to belong to, by the markers of its programs; `none` where no marker told.
///
/// The word of `bpf/abi/identities.h`: an id that counts up from 1 within a run, and how the test is known.
public struct TestMark: Hashable, Sendable {
  private var rawValue: UInt32

  public static let none = TestMark(id: 0, level: .none)

  private static let levels: [Attribution.Level] = [.none, .process, .creator, .handoff, .exact]

  /// `id` is below 2^28; levels that no marker gives (`window`) count as `none`.
  public init(id: UInt32, level: Attribution.Level) {
    rawValue = id << 4 | UInt32(Self.levels.firstIndex(of: level) ?? 0)
  }

  /// The kernel's word; what it says beyond id and level is left out.
  public init(kernelWord: UInt32) {
    rawValue = kernelWord & ~8
  }

  /// 0 for none.
  public var id: UInt32 { rawValue >> 4 }

  public var level: Attribution.Level {
    let index = Int(rawValue & 7)
    return id == 0 || index >= Self.levels.count ? .none : Self.levels[index]
  }
}
