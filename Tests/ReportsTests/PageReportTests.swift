import Foundation
import MessageDigest
import Testing

@testable import Reports

@Suite struct PageReportTests {
  /// Without which no browser runs the script.
  @Test func thePolicyNamesTheHashesOfWhatStandsInThePage() {
    for (text, source) in [(pageScript, pageScriptSource), (pageStyle, pageStyleSource)] {
      let digest = SHA256.digest(text.withUTF8Buffer(Array.init))
      #expect("sha256-\(Data(digest).base64EncodedString())" == source.description)
    }
  }
}
