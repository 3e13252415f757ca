-- Flaky egress this week: destinations outside of the machine that a test reached, or tried to reach, in some runs of a
-- revision and not in others; over how many revisions, and in how many of their runs.
WITH
    ran AS (
        SELECT
            ServiceName,
            ResourceAttributes['vcs.ref.head.revision'] AS revision,
            SpanAttributes['test.case.name'] AS test,
            uniqExact(TraceId) AS runs
        FROM otel.otel_traces
        WHERE SpanAttributes['test.case.name'] != '' AND SpanAttributes['process.pid'] = ''
            AND Timestamp >= {now:DateTime} - INTERVAL 7 DAY AND Timestamp < {now:DateTime}
        GROUP BY ServiceName, revision, test
    ),
    reached AS (
        SELECT
            ServiceName,
            ResourceAttributes['vcs.ref.head.revision'] AS revision,
            LogAttributes['test.case.name'] AS test,
            destination(LogAttributes) AS destination,
            uniqExact(TraceId) AS runs
        FROM otel.otel_logs
        WHERE EventName IN ('process_tracer.network.connect', 'process_tracer.network.send')
            AND LogAttributes['network.transport'] != 'unix'
            AND LogAttributes['process_tracer.network.local'] = ''
            AND LogAttributes['test.case.name'] != ''
            AND Timestamp >= {now:DateTime} - INTERVAL 7 DAY AND Timestamp < {now:DateTime}
        GROUP BY ServiceName, revision, test, destination
    )
SELECT
    reached.ServiceName AS service,
    reached.test AS test,
    reached.destination AS destination,
    count() AS revisions,
    sum(reached.runs) AS runs_with,
    sum(ran.runs) AS runs_of_them
FROM reached
INNER JOIN ran ON ran.ServiceName = reached.ServiceName AND ran.revision = reached.revision AND ran.test = reached.test
WHERE reached.runs < ran.runs
GROUP BY service, test, destination
ORDER BY revisions DESC, service, test, destination;
