/// Joins the lower-case words of a title with hyphens.
public func slug(_ title: String) -> String {
  title.lowercased().split(separator: " ").joined(separator: "-")
}
