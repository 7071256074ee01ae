//! Metrics: the recorder of this process, and what every request leaves in it.

use std::{sync::OnceLock, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Seconds; half a second is the goal for cues.
const LATENCY: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The recorder of this process, installed when it is first asked for.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = match builder.set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY) {
            Ok(builder) => builder,
            // Only an empty list of buckets is refused.
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        describe();
        handle
    })
}

fn describe() {
    metrics::describe_counter!("calmline_events_committed_total", "Events that are on disk.");
    metrics::describe_counter!("calmline_audio_frames_total", "Audio frames received: samples per channel.");
    metrics::describe_counter!("calmline_audio_frames_lost_total", "Audio frames that are missing.");
    metrics::describe_counter!(
        "calmline_sensing_reduced_total",
        "Utterances that were sensed with less effort because the machine could not keep up."
    );
    metrics::describe_histogram!(
        "calmline_cue_latency_seconds",
        "From the arrival of the last audio behind a prompt to the commit of the prompt."
    );
    metrics::describe_counter!("calmline_http_requests_total", "HTTP requests by method, route and status.");
    metrics::describe_histogram!("calmline_http_seconds", "Time to the head of the answer.");
    metrics::describe_gauge!("calmline_streams", "Live streams that are open.");
    // Counters that have not counted yet are shown too, so that a dashboard can tell zero from absent.
    metrics::counter!("calmline_events_committed_total").increment(0);
    metrics::counter!("calmline_audio_frames_lost_total").increment(0);
}

/// Counts and times a request, and writes it to the log: method, route and status, nothing of a person.
pub async fn requests(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "unknown".into());
    let response = next.run(request).await;
    let seconds = start.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    let labels = [("method", method.to_string()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("calmline_http_requests_total", &labels).increment(1);
    metrics::histogram!("calmline_http_seconds", "route" => route.clone()).record(seconds);
    tracing::debug!(%method, route, status, seconds, "request");
    response
}
