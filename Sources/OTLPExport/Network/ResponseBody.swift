#if Network
  import FoundationEssentials
  import OTLPProtobuf
  import SwiftProtobuf

  /// The body of a server's response, in the encoding that its Content-Type names.
  struct ResponseBody {
    private let bytes: [UInt8]
    private let isJSON: Bool
    private let isProtobuf: Bool

    init(_ bytes: [UInt8], contentType: String) {
      let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
      self.bytes = bytes
      isJSON = type == "application/json"
      isProtobuf = type == "application/x-protobuf"
    }

    /// What a server that accepted the request has to say about it; nothing where its words cannot be read.
    func acceptance(of signal: Signal) -> (rejected: Int, message: String) {
      switch signal {
      case .traces:
        let response = decoded(Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse.self)?.partialSuccess
        return (Int(response?.rejectedSpans ?? 0), response?.errorMessage ?? "")
      case .logs:
        let response = decoded(Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceResponse.self)?.partialSuccess
        return (Int(response?.rejectedLogRecords ?? 0), response?.errorMessage ?? "")
      }
    }

    /// The message of the google.rpc.Status that explains a failure, empty where there is none.
    var failureMessage: String {
      decoded(Google_Rpc_Status.self)?.message ?? ""
    }

    private func decoded<Body: Message>(_ type: Body.Type) -> Body? {
      do {
        if isProtobuf { return try Body(serializedBytes: bytes) }
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        if isJSON, !bytes.isEmpty { return try Body(jsonUTF8Bytes: bytes, options: options) }
      } catch {
        // The status of the response counts; a proxy's page, say, adds nothing to it.
      }
      return nil
    }
  }
#endif
