//! Reads the server's metrics in the Prometheus text format.

/// One reading of `/metrics`.
pub struct Metrics {
    text: String,
}

impl Metrics {
    /// Of what `/metrics` answered.
    pub fn new(text: String) -> Self {
        Self { text }
    }

    /// The sum of a metric over all its labels.
    pub fn sum(&self, name: &str) -> f64 {
        self.sum_of(name, "")
    }

    /// The sum of a metric over the series that have this label.
    pub fn sum_of(&self, name: &str, label: &str) -> f64 {
        self.series(name).filter(|(labels, _)| labels.contains(label)).map(|(_, value)| value).sum()
    }

    /// A quantile of a histogram without labels, in its unit; none if it is empty. As `histogram_quantile` of
    /// Prometheus: linear within the bucket in which it lies, and the last finite bound if it lies beyond.
    pub fn quantile(&self, name: &str, share: f64) -> Option<f64> {
        let wanted = share * self.sum(&format!("{name}_count"));
        let (mut low, mut below) = (0.0, 0.0);
        for (labels, count) in self.series(&format!("{name}_bucket")) {
            let bound: f64 = labels.split("le=\"").nth(1)?.split('"').next()?.parse().ok()?;
            if count >= wanted && count > below {
                let within = (wanted - below) / (count - below);
                return Some(if bound.is_finite() { low + (bound - low) * within } else { low });
            }
            (low, below) = (bound, count);
        }
        None
    }

    /// Labels and value of each series of a metric.
    fn series(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        self.text.lines().filter_map(move |line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            // Not a metric whose name only begins with this one's.
            (labels.is_empty() || labels.starts_with('{')).then_some((labels, value.parse().ok()?))
        })
    }
}
