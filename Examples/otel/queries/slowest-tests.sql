-- Slowest tests by subprocess time this week: milliseconds a run that a test's own children took, from start to end one
-- by one, the processor time of them and of their descendants, and the children's share of the test's own time.
WITH
    tests AS (
        SELECT TraceId, SpanId, ServiceName, SpanAttributes['test.case.name'] AS test, Duration
        FROM otel.otel_traces
        WHERE SpanAttributes['test.case.name'] != '' AND SpanAttributes['process.pid'] = ''
            AND Timestamp >= {now:DateTime} - INTERVAL 7 DAY AND Timestamp < {now:DateTime}
    ),
    children AS (
        SELECT TraceId, ParentSpanId, sum(Duration) AS children_time
        FROM otel.otel_traces
        WHERE SpanAttributes['process.pid'] != ''
            AND Timestamp >= {now:DateTime} - INTERVAL 7 DAY AND Timestamp < {now:DateTime}
        GROUP BY TraceId, ParentSpanId
    ),
    descendants AS (
        SELECT
            TraceId,
            SpanAttributes['test.case.name'] AS test,
            sum(toUInt64OrZero(SpanAttributes['process_tracer.cpu_time_ns'])) AS cpu_time
        FROM otel.otel_traces
        WHERE SpanAttributes['process.pid'] != '' AND SpanAttributes['test.case.name'] != ''
            AND Timestamp >= {now:DateTime} - INTERVAL 7 DAY AND Timestamp < {now:DateTime}
        GROUP BY TraceId, test
    )
SELECT
    tests.ServiceName AS service,
    tests.test AS test,
    uniqExact(tests.TraceId) AS runs,
    round(sum(children_time) / runs / 1e6, 1) AS children_ms,
    round(sum(cpu_time) / runs / 1e6, 1) AS cpu_ms,
    round(100 * sum(children_time) / sum(Duration)) AS percent_of_test
FROM tests
LEFT JOIN children ON children.TraceId = tests.TraceId AND children.ParentSpanId = tests.SpanId
LEFT JOIN descendants ON descendants.TraceId = tests.TraceId AND descendants.test = tests.test
GROUP BY service, test
HAVING children_ms > 0
ORDER BY children_ms DESC, service, test
LIMIT 20;
