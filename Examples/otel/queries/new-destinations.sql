-- New destinations this week: what no run reached, or tried to reach, before; and who did it first.
SELECT
    ServiceName AS service,
    destination(LogAttributes) AS destination,
    min(Timestamp) AS first_seen,
    uniqExact(TraceId) AS runs,
    argMin(ResourceAttributes['vcs.ref.head.revision'], Timestamp) AS revision,
    argMin(LogAttributes['process.executable.name'], Timestamp) AS program,
    argMin(LogAttributes['test.case.name'], Timestamp) AS test
FROM otel.otel_logs
WHERE EventName IN ('process_tracer.network.connect', 'process_tracer.network.send')
    AND LogAttributes['network.transport'] != 'unix'
    AND LogAttributes['process_tracer.network.local'] = ''
    AND Timestamp < {now:DateTime}
GROUP BY service, destination
HAVING first_seen >= {now:DateTime} - INTERVAL 7 DAY
ORDER BY first_seen, service, destination;
