"""What a service measures of itself, for Prometheus. Labels are routes, producers and outcomes, never people."""

from prometheus_client import Counter, Gauge, Histogram

SHORT = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

batch_units = Histogram(
    "seriatim_batch_units", "Units of work in one transaction of the writer", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
batch_seconds = Histogram("seriatim_batch_seconds", "Time one transaction of the writer took", buckets=SHORT)
events_appended = Counter("seriatim_events_appended_total", "Events stored")
events_damaged = Counter("seriatim_events_damaged_total", "Times a stored event could not be read")
relay_lag_events = Gauge("seriatim_relay_lag_events", "Events that wait to be published")
relay_lag_seconds = Gauge("seriatim_relay_lag_seconds", "Age of the oldest event that waits to be published")
relay_in_doubt = Counter("seriatim_relay_in_doubt_total", "Times the relay did not know whether a batch was stored")
consumer_lag_events = Gauge("seriatim_consumer_lag_events", "Messages not yet heard", ["producer"])
events_heard = Counter("seriatim_events_heard_total", "Events of others applied", ["producer"])
events_unknown = Gauge("seriatim_events_unknown", "1 while an event of an unknown type is waited before", ["producer"])
messages_malformed = Counter("seriatim_messages_malformed_total", "Messages that are no event of ours", ["producer"])
events_unpublished = Gauge("seriatim_events_unpublished", "Events set aside because they are too large for the bus")
events_parked = Gauge("seriatim_events_parked", "Events set aside because they could not be handled")
timers_due = Gauge("seriatim_timers_due", "Timers whose time has come and that have not fired")
timers_failing = Gauge("seriatim_timers_failing", "Timers that failed and wait for another try")
work_set_aside = Gauge("seriatim_work_set_aside", "Pieces of work that failed and wait for another try", ["kind"])
http_seconds = Histogram("seriatim_http_seconds", "Time to answer", ["method", "route", "status"], buckets=SHORT)
loops_failed = Counter("seriatim_loops_failed_total", "Times a loop failed and was begun anew", ["loop"])
rows_unreadable = Gauge("seriatim_rows_unreadable", "Rows that were left out because they cannot be read", ["kind"])
log_lines_lost = Counter("seriatim_log_lines_lost_total", "Lines of the log that could not be written")
