public enum ArgumentRedactor { public static func redact(_ a: [String]) -> [String] { a } }
