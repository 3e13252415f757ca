import Testing

@testable import OTLPExport

@Suite struct ResponseBodyTests {
  private let protobuf = "application/x-protobuf"

  private func json(_ text: String) -> ResponseBody {
    ResponseBody(Array(text.utf8), contentType: "Application/JSON; charset=utf-8")
  }

  @Test func partialSuccessIsReadInBothEncodings() {
    let body = ResponseBody([0x0A, 7, 0x08, 2, 0x12, 3] + Array("old".utf8), contentType: protobuf)
    #expect(body.rejected == 2 && body.message == "old")
    for text in [
      #"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"old"}}"#,
      "{\n  \"unknown\": [1, {}],\n  \"partial_success\": {\"rejected_log_records\": 2, \"error_message\": \"old\"}\n}\n",
    ] {
      #expect(json(text).rejected == 2 && json(text).message == "old")
    }
  }

  @Test func aStatusIsReadInBothEncodings() {
    let body = ResponseBody([0x08, 13, 0x12, 4] + Array("full".utf8), contentType: protobuf)
    #expect(body.failureMessage == "full" && body.rejected == 0)
    #expect(json(#"{"code":13,"message":"full"}"#).failureMessage == "full")
  }

  @Test func whatCannotBeReadSaysNothing() {
    let nothing = ResponseBody([], contentType: "")
    let page = Array("<html>".utf8)
    for type in [protobuf, "application/json", "text/html", ""] {
      #expect(ResponseBody(page, contentType: type) == nothing)
      #expect(ResponseBody([], contentType: type) == nothing)
    }
    #expect(json(#"{"partialSuccess":[],"message":7}"#) == nothing)
    #expect(ResponseBody([0x0A, 2, 0x08], contentType: protobuf) == nothing)
  }
}
