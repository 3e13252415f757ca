import Glibc

public enum Environment {
  /// Whether tests that can fail are to.
  public static var fails: Bool { getenv("FAIL") != nil }
}
