-- What broke the policy this week: by rule and program, which destination it was, in how many runs and tests, and since
-- when that is so.
SELECT
    ServiceName AS service,
    LogAttributes['security_rule.name'] AS rule,
    LogAttributes['process.executable.name'] AS program,
    destination(LogAttributes) AS destination,
    min(Timestamp) AS since,
    uniqExactIf(TraceId, Timestamp >= {now:DateTime} - INTERVAL 7 DAY) AS runs,
    arraySort(groupUniqArrayIf(LogAttributes['test.case.name'], Timestamp >= {now:DateTime} - INTERVAL 7 DAY)) AS tests
FROM otel.otel_logs
WHERE EventName = 'process_tracer.policy.violation' AND Timestamp < {now:DateTime}
GROUP BY service, rule, program, destination
HAVING runs > 0
ORDER BY runs DESC, service, rule, program, destination;
