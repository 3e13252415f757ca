/// The tracer that the assertions ask.
public enum Tracer {
  public static let version = "0.1.0"
}
