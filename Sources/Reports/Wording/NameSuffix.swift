import Trace

extension AddressName? {
  /// ` · api.example.com (dns)`, to stand behind a destination; empty where no name is known.
  var suffix: String { map { " · \($0.description.visible)" } ?? "" }
}
