//! Statistics that functionals are made of.

/// Mean and deviation of a stream of values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn push(&mut self, value: f32) {
        let value = f64::from(value);
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    /// The mean; zero of nothing.
    pub(super) fn mean(&self) -> f32 {
        if self.count == 0.0 { 0.0 } else { (self.sum / self.count) as f32 }
    }

    /// The standard deviation; zero of nothing.
    pub(super) fn deviation(&self) -> f32 {
        if self.count == 0.0 {
            return 0.0;
        }
        let mean = self.sum / self.count;
        (self.squares / self.count - mean * mean).max(0.0).sqrt() as f32
    }

    /// Deviation over mean; zero where the mean is.
    pub(super) fn variation(&self) -> f32 {
        let mean = self.mean();
        if mean == 0.0 { 0.0 } else { self.deviation() / mean }
    }

    pub(super) fn count(&self) -> f32 {
        self.count as f32
    }
}

/// A share's percentile of sorted values, between the two that are nearest; zero of nothing.
pub(super) fn percentile(sorted: &[f32], share: f32) -> f32 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let at = share * last as f32;
    let low = at as usize;
    let high = (low + 1).min(last);
    sorted[low] + (sorted[high] - sorted[low]) * at.fract()
}

/// What rises and falls along a contour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slopes {
    /// Of the rising parts, per second.
    pub(super) rising: Moments,
    /// Of the falling parts, per second, without sign.
    pub(super) falling: Moments,
    /// How many peaks there are.
    pub(super) peaks: usize,
}

/// Cuts a contour of one value per 10 ms into parts that rise and parts that fall, at turns of more than `turn`.
pub(super) fn slopes(contour: &[f32], turn: f32) -> Slopes {
    let mut slopes = Slopes::default();
    let Some(&first) = contour.first() else { return slopes };
    let (mut begin, mut extreme) = ((0, first), (0, first));
    let mut rises: Option<bool> = None;
    for (at, &value) in contour.iter().enumerate() {
        let up = match rises {
            Some(up) => up,
            None if (value - first).abs() > turn => value > first,
            None => continue,
        };
        let further = if up { value >= extreme.1 } else { value <= extreme.1 };
        if further || rises.is_none() {
            extreme = (at, value);
        } else if (value - extreme.1).abs() > turn {
            slopes.add(begin, extreme);
            slopes.peaks += usize::from(up);
            begin = extreme;
            extreme = (at, value);
            rises = Some(!up);
            continue;
        }
        rises = Some(up);
    }
    if rises.is_some() {
        slopes.add(begin, extreme);
    }
    slopes
}

impl Slopes {
    fn add(&mut self, from: (usize, f32), to: (usize, f32)) {
        if to.0 > from.0 {
            let slope = (to.1 - from.1) / ((to.0 - from.0) as f32 * 0.01);
            if slope > 0.0 {
                self.rising.push(slope);
            } else if slope < 0.0 {
                self.falling.push(-slope);
            }
        }
    }
}

/// Lengths of stretches of frames that are alike.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretches {
    lengths: Moments,
    open: usize,
}

impl Stretches {
    pub(super) fn push(&mut self, within: bool) {
        if within {
            self.open += 1;
        } else {
            *self = self.closed();
        }
    }

    /// Lengths in seconds, the open stretch among them.
    pub(super) fn lengths(self) -> Moments {
        self.closed().lengths
    }

    fn closed(mut self) -> Self {
        if self.open > 0 {
            self.lengths.push(self.open as f32 * 0.01);
            self.open = 0;
        }
        self
    }
}
