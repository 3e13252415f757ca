import Words
import XCTest

final class SlugTests: XCTestCase {
  func testJoinsWords() {
    XCTAssertEqual(slug("Alpha Beta"), "alpha-beta")
  }

  func testEmptyTitle() {
    XCTAssertEqual(slug(""), "")
  }
}
