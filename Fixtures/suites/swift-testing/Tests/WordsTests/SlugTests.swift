import Testing
import Words

@Test(arguments: [("Alpha Beta", "alpha-beta"), ("", ""), ("a", "a")])
func joinsWords(title: String, expected: String) {
  #expect(slug(title) == expected)
}
