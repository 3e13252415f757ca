import Testing

@testable import OTLPExport

@Suite struct ExportOutcomeTests {
  private func endpoint(_ signal: Signal, _ base: String = "http://c:4318") throws -> Endpoint {
    try Endpoint(base, source: "--otlp-endpoint", baseFor: signal)
  }

  private func result(
    _ total: Int, accepted: Int = 0, rejected: Int = 0, messages: [String] = [], failure: String? = nil
  ) -> DeliveryResult {
    var result = DeliveryResult(total: total)
    result.accepted = accepted
    result.rejected = rejected
    result.messages = messages
    result.failure = failure
    return result
  }

  @Test func whatArrivedIsNoFailure() throws {
    let outcome = ExportOutcome([
      (.traces, try endpoint(.traces), result(1, accepted: 1)), (.logs, try endpoint(.logs), result(12, accepted: 12)),
    ])
    #expect(outcome.failures == [] && outcome.notices == [])
    #expect(
      outcome.successes == [
        "exported 1 span to http://c:4318/v1/traces", "exported 12 log records to http://c:4318/v1/logs",
      ])
  }

  @Test func oneServersFailureIsOneSentence() throws {
    let outcome = ExportOutcome([
      (.traces, try endpoint(.traces), result(4, failure: "Connection refused")),
      (.logs, try endpoint(.logs), result(12, failure: "Connection refused")),
    ])
    #expect(
      outcome.failures == [
        "cannot export to http://c:4318: Connection refused; 4 spans and 12 log records not sent"
      ])
  }

  @Test func partsOfASignalAndOtherServersAreToldApart() throws {
    let outcome = ExportOutcome([
      (.traces, try endpoint(.traces), result(1200, accepted: 512, failure: "HTTP 500")),
      (.logs, try endpoint(.logs, "http://d:1"), result(12, failure: "HTTP 500")),
    ])
    #expect(
      outcome.failures == [
        "cannot export to http://c:4318/v1/traces: HTTP 500; 688 spans of 1200 not sent",
        "cannot export to http://d:1/v1/logs: HTTP 500; 12 log records not sent",
      ])
  }

  @Test func rejectedItemsAreFailuresAndWordsAloneAreNot() throws {
    let outcome = ExportOutcome([
      (.traces, try endpoint(.traces), result(4, accepted: 1, rejected: 3, messages: ["too old"])),
      (.logs, try endpoint(.logs), result(12, accepted: 12, messages: ["slow down"])),
    ])
    #expect(outcome.failures == ["http://c:4318/v1/traces rejected 3 spans of 4: too old"])
    #expect(outcome.notices == ["http://c:4318/v1/logs says: slow down"])
  }
}
