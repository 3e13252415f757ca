extension String {
  /// The text as inline code of GitHub-flavoured Markdown, whatever it holds.
  ///
  /// An HTML element with every mark spelled as a character reference: no backtick, pipe, bracket, tag, link, mention or
  /// formula in it means anything. Runs of spaces are kept.
  var markdownCode: String {
    "<code>\(visible.markdownEscaped)</code>"
  }

  /// The text without meaning to Markdown or HTML.
  var markdownEscaped: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", " ", ",", "/", "-", "=": text.unicodeScalars.append(scalar)
      case _ where scalar.value >= 0x80: text.unicodeScalars.append(scalar)
      default: text += "&#\(scalar.value);"
      }
    }
    return text
  }
}
