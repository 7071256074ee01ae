//! Endless two-sided call audio, cheaply, for load tests: a few conversations are voiced once and played in a loop, each
//! call from another place.

use calmline_core::catalog::Lang;

use crate::{
    mix::{Tracks, voiced},
    rng::Rng,
    script::{CallScript, scenes},
    voice::RATE,
};

/// How many conversations are voiced.
const LOOPS: usize = 8;
/// The longest frame that can be asked for: one second.
pub const LONGEST_FRAME: usize = RATE as usize;

/// One frame of a call: both sides, equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The caller, 8 kHz.
    pub customer: &'a [i16],
    /// The agent, 8 kHz.
    pub agent: &'a [i16],
}

/// Audio for any number of calls.
#[derive(Debug)]
pub struct Load {
    /// Each is followed by its own first second, so that a frame over the end is one slice.
    loops: Vec<Tracks>,
    /// Which loop a call plays, and from which sample.
    calls: Vec<(usize, usize)>,
}

impl Load {
    /// Voices the loops and spreads the calls over them.
    #[must_use]
    pub fn new(calls: usize, seed: u64) -> Self {
        let mut rng = Rng::named(seed, "load");
        let loops: Vec<Tracks> = (0..LOOPS.min(calls))
            .map(|index| {
                let lang = if index % 2 == 0 { Lang::En } else { Lang::Zh };
                let scene = rng.pick(scenes(lang));
                let (caller, agent) = (rng.below(1_000) as u32, rng.below(1_000) as u32);
                let script = CallScript::of(scene, index, &mut rng).cast(caller, agent, agent + 1);
                let (_, mut tracks) = voiced(&script, rng.bits());
                for track in [&mut tracks.customer, &mut tracks.agent] {
                    track.extend_from_within(..LONGEST_FRAME.min(track.len()));
                }
                tracks
            })
            .collect();
        let calls = (0..calls)
            .map(|call| {
                let which = call % loops.len();
                (which, rng.below(period(&loops[which])))
            })
            .collect();
        Self { loops, calls }
    }

    /// How many calls there are.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The samples from `at` on, counted from the call's beginning; as many as asked for, but at most
    /// [`LONGEST_FRAME`]. None for a call that does not exist. Never ends, copies nothing, makes nothing.
    #[must_use]
    pub fn frame(&self, call: usize, at: u64, samples: usize) -> Option<Frame<'_>> {
        let &(which, offset) = self.calls.get(call)?;
        let tracks = &self.loops[which];
        let period = period(tracks) as u64;
        let from = ((at % period + offset as u64) % period) as usize;
        let to = from + samples.min(LONGEST_FRAME);
        Some(Frame { customer: tracks.customer.get(from..to)?, agent: tracks.agent.get(from..to)? })
    }
}

fn period(tracks: &Tracks) -> usize {
    tracks.agent.len() - LONGEST_FRAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_on_without_a_seam_whatever_their_size() {
        let load = Load::new(20, 1);
        let whole: Vec<i16> =
            (0..200).flat_map(|n| load.frame(13, n * 8_000, 8_000).unwrap().customer.to_vec()).collect();
        let mut pieces = Vec::new();
        while pieces.len() + 160 <= whole.len() {
            pieces.extend_from_slice(load.frame(13, pieces.len() as u64, 160).unwrap().customer);
        }
        assert_eq!(whole, pieces);
        let spoken = whole.iter().filter(|x| x.abs() > 1_000).count();
        assert!(spoken * 20 > whole.len(), "nobody speaks");
    }

    #[test]
    fn calls_differ_and_none_is_made_up() {
        let load = Load::new(500, 2);
        assert_eq!(load.calls(), 500);
        let starts: std::collections::BTreeSet<Vec<i16>> =
            (0..500).filter_map(|call| load.frame(call, 80_000, 400).map(|f| f.customer.to_vec())).collect();
        assert!(starts.len() > 490, "{} different calls", starts.len());
        assert_eq!(load.frame(500, 0, 160), None);
        assert_eq!(Load::new(0, 2).frame(0, 0, 160), None);
    }

    #[test]
    fn the_ends_of_time_and_size_are_safe() {
        let load = Load::new(1, 3);
        assert_eq!(load.frame(0, u64::MAX, 160).unwrap().agent.len(), 160);
        assert_eq!(load.frame(0, 5, usize::MAX).unwrap().agent.len(), LONGEST_FRAME);
    }
}
