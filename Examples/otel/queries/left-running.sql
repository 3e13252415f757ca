-- Left running: programs that outlived the command this week, in how many runs, of which tests, and since when.
SELECT
    ServiceName AS service,
    SpanAttributes['process.executable.name'] AS program,
    min(Timestamp) AS since,
    uniqExactIf(TraceId, Timestamp >= {now:DateTime} - INTERVAL 7 DAY) AS runs,
    arraySort(groupUniqArrayIf(SpanAttributes['test.case.name'], Timestamp >= {now:DateTime} - INTERVAL 7 DAY)) AS tests
FROM otel.otel_traces
WHERE SpanAttributes['process_tracer.leaked'] = 'true' AND Timestamp < {now:DateTime}
GROUP BY service, program
HAVING runs > 0
ORDER BY runs DESC, service, program;
