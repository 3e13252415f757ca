-- What the collector's ClickHouse exporter writes into (create_schema: false): its columns and types, its codecs left to
-- ClickHouse's defaults, ordered and kept for questions over months of runs. EventName is optional to the exporter; the
-- queries need it.
CREATE DATABASE IF NOT EXISTS otel;

CREATE TABLE IF NOT EXISTS otel.otel_traces (
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    ParentSpanId String,
    TraceState String,
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeName String,
    ScopeVersion String,
    SpanAttributes Map(LowCardinality(String), String),
    Duration UInt64,
    StatusCode LowCardinality(String),
    StatusMessage String,
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String)),
    Links Nested (TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String)),
    INDEX of_trace TraceId TYPE bloom_filter(0.001)
)
ENGINE = MergeTree
PARTITION BY toStartOfWeek(Timestamp)
ORDER BY (ServiceName, toStartOfDay(Timestamp), TraceId, Timestamp)
TTL toDateTime(Timestamp) + INTERVAL 180 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS otel.otel_logs (
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    TraceFlags UInt8,
    SeverityText LowCardinality(String),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String),
    Body String,
    ResourceSchemaUrl LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeSchemaUrl LowCardinality(String),
    ScopeName String,
    ScopeVersion LowCardinality(String),
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String),
    EventName String,
    INDEX of_trace TraceId TYPE bloom_filter(0.001)
)
ENGINE = MergeTree
PARTITION BY toStartOfWeek(Timestamp)
ORDER BY (ServiceName, EventName, toStartOfDay(Timestamp), TraceId, Timestamp)
TTL toDateTime(Timestamp) + INTERVAL 180 DAY
SETTINGS ttl_only_drop_parts = 1;

-- When each trace was, by which Grafana's ClickHouse data source finds it.
CREATE TABLE IF NOT EXISTS otel.otel_traces_trace_id_ts (
    TraceId String,
    Start SimpleAggregateFunction(min, DateTime),
    End SimpleAggregateFunction(max, DateTime)
)
ENGINE = AggregatingMergeTree
PARTITION BY toStartOfWeek(Start)
ORDER BY TraceId
TTL Start + INTERVAL 180 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel.otel_traces_trace_id_ts_mv TO otel.otel_traces_trace_id_ts AS
SELECT TraceId, toDateTime(min(Timestamp)) AS Start, toDateTime(max(Timestamp)) AS End
FROM otel.otel_traces
WHERE TraceId != ''
GROUP BY TraceId;

-- tcp://192.0.2.1:443 from the attributes of a connection or violation, '' where they tell no peer.
CREATE FUNCTION IF NOT EXISTS destination AS (attributes) -> if(
    attributes['server.address'] = '',
    '',
    concat(
        attributes['network.transport'], '://',
        if(position(attributes['server.address'], ':') > 0,
            concat('[', attributes['server.address'], ']'), attributes['server.address']),
        if(attributes['server.port'] = '', '', ':'),
        attributes['server.port']
    )
);
