//! Where the breaks of one shift lie best: windows do not overlap, so without a limit of work at a stretch each is placed by
//! itself; with one, dynamic programming over the breaks keeps every stretch within it.

use super::Kind;

/// More than any cost; sums of a few do not overflow.
pub(super) const NEVER: i64 = i64::MAX / 8;

/// Places breaks; keeps its memory between calls.
#[derive(Debug, Clone, Default)]
pub(super) struct Pauses {
    /// By break and offset in its window: the least cost so far, and the offset of the break before.
    ways: Vec<(i64, usize)>,
}

/// A shift whose breaks are to be placed.
pub(super) struct Shift<'a> {
    pub(super) kind: &'a Kind,
    /// Slots of work at a stretch at most.
    pub(super) stretch: Option<usize>,
    /// Slots from the shift's start to its breaks, where they are settled.
    pub(super) settled: Option<&'a [usize]>,
    /// Sums of prices from the shift's first slot on.
    pub(super) sums: &'a [i64],
}

impl Shift<'_> {
    /// First and last offset of a break.
    fn window(&self, number: usize) -> (usize, usize) {
        let pause = &self.kind.breaks[number];
        self.settled.map_or((pause.lo, pause.hi), |settled| (settled[number], settled[number]))
    }

    /// What nobody working in a break's slots adds.
    fn saved(&self, number: usize, offset: usize) -> i64 {
        self.sums[offset] - self.sums[offset + self.kind.breaks[number].length]
    }
}

impl Pauses {
    /// Writes the offsets of the best breaks and answers what they cost, below 0 where they save; [`NEVER`] where no places
    /// keep every stretch of work short enough.
    pub(super) fn place(
        &mut self,
        shift: &Shift,
        noise: &mut impl FnMut() -> i64,
        offsets: &mut [u16],
    ) -> i64 {
        match shift.stretch {
            None => alone(shift, noise, offsets),
            Some(most) => self.chained(shift, most, noise, offsets),
        }
    }

    fn chained(
        &mut self,
        shift: &Shift,
        most: usize,
        noise: &mut impl FnMut() -> i64,
        offsets: &mut [u16],
    ) -> i64 {
        self.ways.clear();
        // The window before, where its ways begin, and how long its break is; first the shift's start.
        self.ways.push((0, 0));
        let (mut window, mut from, mut length) = ((0, 0), 0, 0);
        for number in 0..offsets.len() {
            let (lo, hi) = shift.window(number);
            let begin = self.ways.len();
            for offset in lo..=hi {
                let near = |before: &usize| offset <= before + length + most;
                let ways = &self.ways;
                let best =
                    (window.0..=window.1).filter(near).min_by_key(|before| ways[from + before - window.0].0);
                let own = shift.saved(number, offset) - noise();
                self.ways.push(best.map_or((NEVER, 0), |before| {
                    ((self.ways[from + before - window.0].0 + own).min(NEVER), before)
                }));
            }
            (window, from, length) = ((lo, hi), begin, shift.kind.breaks[number].length);
        }
        let ways = &self.ways;
        let near = |last: &usize| shift.kind.length <= last + length + most;
        let last = (window.0..=window.1).filter(near).min_by_key(|last| ways[from + last - window.0].0);
        let Some(last) = last else { return NEVER };
        let cost = self.ways[from + last - window.0].0;
        if cost < NEVER {
            self.trace(shift, last, offsets);
        }
        cost
    }

    /// Walks back from the last break.
    fn trace(&self, shift: &Shift, last: usize, offsets: &mut [u16]) {
        let mut offset = last;
        let mut end = self.ways.len();
        for number in (0..offsets.len()).rev() {
            let (lo, hi) = shift.window(number);
            end -= hi - lo + 1;
            offsets[number] = offset as u16;
            offset = self.ways[end + offset - lo].1;
        }
    }
}

fn alone(shift: &Shift, noise: &mut impl FnMut() -> i64, offsets: &mut [u16]) -> i64 {
    let mut cost = 0;
    for (number, place) in offsets.iter_mut().enumerate() {
        let (lo, hi) = shift.window(number);
        let mut best = (i64::MAX, 0);
        for offset in lo..=hi {
            let saved = shift.saved(number, offset) - noise();
            if saved < best.0 {
                best = (saved, offset);
            }
        }
        cost += best.0;
        *place = best.1 as u16;
    }
    cost
}
