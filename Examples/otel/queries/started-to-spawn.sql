-- Tests that started to spawn a program (git) this week: since when and which revision, in how many runs, and in how
-- many runs before that they did without it; 0 is a test that is new itself.
WITH
    spawns AS (
        SELECT
            ServiceName,
            LogAttributes['test.case.name'] AS test,
            min(Timestamp) AS first_spawn,
            argMin(TraceId, Timestamp) AS first_run,
            argMin(ResourceAttributes['vcs.ref.head.revision'], Timestamp) AS revision,
            uniqExact(TraceId) AS runs
        FROM otel.otel_logs
        WHERE EventName = 'process_tracer.process.exec'
            AND LogAttributes['process.executable.name'] = {program:String}
            AND LogAttributes['test.case.name'] != ''
            AND Timestamp < {now:DateTime}
        GROUP BY ServiceName, test
        HAVING first_spawn >= {now:DateTime} - INTERVAL 7 DAY
    ),
    tests AS (
        SELECT ServiceName, TraceId, SpanAttributes['test.case.name'] AS test, min(Timestamp) AS start
        FROM otel.otel_traces
        WHERE SpanAttributes['test.case.name'] != '' AND SpanAttributes['process.pid'] = ''
        GROUP BY ServiceName, TraceId, test
    )
SELECT
    spawns.ServiceName AS service,
    spawns.test AS test,
    any(spawns.first_spawn) AS since,
    any(spawns.revision) AS revision,
    any(spawns.runs) AS runs,
    uniqExactIf(tests.TraceId, tests.TraceId != first_run AND tests.start < first_spawn) AS runs_without
FROM spawns
LEFT JOIN tests ON tests.ServiceName = spawns.ServiceName AND tests.test = spawns.test
GROUP BY service, test
ORDER BY since, service, test;
