import Glibc

extension Int32 {
  /// What an errno means, strerror(3).
  var errorText: String { String(cString: strerror(self)) }
}
