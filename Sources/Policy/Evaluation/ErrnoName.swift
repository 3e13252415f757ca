import Glibc

enum ErrnoName {
  private static let names: [Int32: String] = [
    EPERM: "EPERM", EACCES: "EACCES", ENETUNREACH: "ENETUNREACH", ECONNRESET: "ECONNRESET", ETIMEDOUT: "ETIMEDOUT",
    ECONNREFUSED: "ECONNREFUSED", EHOSTUNREACH: "EHOSTUNREACH",
  ]

  static func name(of number: Int32) -> String {
    names[number] ?? "errno \(number)"
  }
}
