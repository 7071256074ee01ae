//! From clips to a call: when each turn is said, and both sides laid on two tracks of equal length.

use calmline_core::Party;

use crate::{
    rng::Rng,
    script::CallScript,
    voice::{self, RATE},
};

/// Active speech level of a calm voice in dB below full scale: the nominal level of ITU-T P.830 for telephone speech.
const CALM_DBOV: f64 = -26.0;
/// How much louder a voice gets between rest and rage, in dB: vocal effort from normal to loud raises the level by about
/// 10 dB (ISO 9921, annex A).
const EFFORT_DB: f64 = 12.0;
/// Deviation of the line's noise in steps of 16-bit samples: −70 dB below full scale, a quiet digital line.
const LINE_NOISE: f64 = 10.0;

/// When everything in a call happens, in seconds from its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The start of each turn.
    pub starts_s: Vec<f64>,
    /// From when to when the caller is on hold, if ever.
    pub hold_s: Option<(f64, f64)>,
    /// When the call goes to another agent, if ever.
    pub transfer_s: Option<f64>,
    /// When the call ends.
    pub total_s: f64,
}

impl Layout {
    /// The same call in slower motion: every time multiplied.
    #[must_use]
    pub fn stretched(&self, factor: f64) -> Self {
        Self {
            starts_s: self.starts_s.iter().map(|s| s * factor).collect(),
            hold_s: self.hold_s.map(|(from, to)| (from * factor, to * factor)),
            transfer_s: self.transfer_s.map(|s| s * factor),
            total_s: self.total_s * factor,
        }
    }
}

/// Lays out a script given the real lengths of its clips in seconds; a missing length counts as nothing said.
///
/// A turn starts when the one before has ended and its pause is over; one that cuts in starts before that end, but never
/// before the start of the turn that it cuts into.
#[must_use]
pub fn lay_out(script: &CallScript, lengths_s: &[f64]) -> Layout {
    let mut layout = Layout {
        starts_s: Vec::with_capacity(script.turns.len()),
        hold_s: None,
        transfer_s: None,
        total_s: 0.0,
    };
    // The first words come a moment after the line opens.
    let (mut former_start, mut end) = (0.4, 0.4_f64);
    for (index, turn) in script.turns.iter().enumerate() {
        if turn.hold_s > 0.0 {
            layout.hold_s = Some((end + 0.3, end + 0.3 + turn.hold_s));
            end += 0.3 + turn.hold_s;
        }
        let pause = if index == 0 { 0.0 } else { turn.pause_s };
        if turn.transfer.is_some() {
            layout.transfer_s = Some(end);
            end += 0.8;
        }
        let start = (end + pause).max(former_start + 0.2);
        layout.starts_s.push(start);
        former_start = start;
        end = end.max(start + lengths_s.get(index).copied().unwrap_or(0.0));
    }
    layout.total_s = end + 0.6;
    layout
}

/// Lays out a script by the lengths of the built-in voice, without voicing it.
#[must_use]
pub fn estimate(script: &CallScript) -> Layout {
    let lengths: Vec<f64> = script
        .turns
        .iter()
        .map(|turn| voice::length_s(&turn.text, script.lang, turn.voice, turn.arousal))
        .collect();
    lay_out(script, &lengths)
}

/// Both sides of a call, 8 kHz, of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracks {
    /// The caller.
    pub customer: Vec<i16>,
    /// The agent, or agents after a transfer.
    pub agent: Vec<i16>,
}

/// Mixes voiced turns by a layout over a quiet line. Clips are brought to telephone level, louder with arousal; one too
/// many or too few does no harm.
#[must_use]
pub fn mix(script: &CallScript, layout: &Layout, clips: &[Vec<i16>], seed: u64) -> Tracks {
    let samples = (layout.total_s * f64::from(RATE)).round() as usize;
    let mut tracks =
        Tracks { customer: line_noise(samples, seed, "customer"), agent: line_noise(samples, seed, "agent") };
    for ((turn, start), clip) in script.turns.iter().zip(&layout.starts_s).zip(clips) {
        let mut clip = clip.clone();
        level(&mut clip, turn.arousal);
        let track = if turn.by == Party::Agent { &mut tracks.agent } else { &mut tracks.customer };
        let from = ((start * f64::from(RATE)).round() as usize).min(track.len());
        for (sample, said) in track[from..].iter_mut().zip(clip) {
            *sample = sample.saturating_add(said);
        }
    }
    tracks
}

/// Voices a whole call with the built-in voice.
#[must_use]
pub fn voiced(script: &CallScript, seed: u64) -> (Layout, Tracks) {
    let clips: Vec<Vec<i16>> = script
        .turns
        .iter()
        .map(|turn| voice::speak(&turn.text, script.lang, turn.voice, turn.arousal))
        .collect();
    let lengths: Vec<f64> = clips.iter().map(|clip| clip.len() as f64 / f64::from(RATE)).collect();
    let layout = lay_out(script, &lengths);
    let tracks = mix(script, &layout, &clips, seed);
    (layout, tracks)
}

/// Brings a clip to the telephone level that goes with an arousal. Peaks are bent softly below full scale.
pub(crate) fn level(clip: &mut [i16], arousal: f64) {
    let Some(active) = active_rms(clip) else { return };
    let dbov = CALM_DBOV + EFFORT_DB * (arousal.clamp(0.0, 1.0) - 0.25);
    let gain = 32_768.0 * 10_f64.powf(dbov / 20.0) / active;
    for sample in clip {
        *sample = limited(f64::from(*sample) * gain) as i16;
    }
}

/// Linear up to two thirds of full scale, then bent so that it never reaches it.
fn limited(x: f64) -> f64 {
    const KNEE: f64 = 21_000.0;
    const ROOM: f64 = 11_000.0;
    let over = x.abs() - KNEE;
    if over <= 0.0 { x } else { x.signum() * (KNEE + ROOM * (over / ROOM).tanh()) }
}

/// Effective level of the 20 ms frames in which somebody speaks: those within 20 dB of the loudest; none in silence.
fn active_rms(clip: &[i16]) -> Option<f64> {
    let powers: Vec<f64> = clip
        .chunks(RATE as usize / 50)
        .map(|frame| frame.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / frame.len() as f64)
        .collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    if loudest < 1.0 {
        return None;
    }
    let (sum, count) = powers
        .iter()
        .filter(|&&power| power > loudest / 100.0)
        .fold((0.0, 0.0), |(sum, count), power| (sum + power, count + 1.0));
    Some((sum / count).sqrt())
}

fn line_noise(samples: usize, seed: u64, leg: &str) -> Vec<i16> {
    let mut rng = Rng::named(seed, leg);
    // The sum of three even numbers is close enough to normal, and cheaper.
    let mut noise = || (rng.unit() + rng.unit() + rng.unit() - 1.5) * 2.0 * LINE_NOISE;
    (0..samples).map(|_| noise().round() as i16).collect()
}

#[cfg(test)]
mod tests {
    use calmline_core::catalog::Lang;

    use super::*;
    use crate::script::scenes;

    fn script(name: &str) -> CallScript {
        let scene = scenes(Lang::En).iter().find(|s| s.name == name).unwrap();
        CallScript::of(scene, 0, &mut Rng::new(3)).cast(11, 4, 6)
    }

    fn dbov(clip: &[i16]) -> f64 {
        20.0 * (active_rms(clip).unwrap() / 32_768.0).log10()
    }

    #[test]
    fn turns_follow_one_another_and_cutting_in_overlaps() {
        let script = script("third-call");
        let lengths = vec![3.0; script.turns.len()];
        let layout = lay_out(&script, &lengths);
        for (index, turn) in script.turns.iter().enumerate().skip(1) {
            let gap = layout.starts_s[index] - (layout.starts_s[index - 1] + 3.0);
            assert!((gap - turn.pause_s).abs() < 1e-9, "turn {index}: {gap}");
        }
        assert!(script.turns.iter().any(|t| t.pause_s < 0.0));
        assert!(layout.total_s > *layout.starts_s.last().unwrap() + 3.0);
    }

    #[test]
    fn nobody_speaks_on_hold_and_the_hold_is_as_long_as_written() {
        let script = script("lost-parcel");
        let (layout, tracks) = voiced(&script, 1);
        let (from, to) = layout.hold_s.unwrap();
        assert!((to - from - 9.0).abs() < 1e-9);
        let at = |s: f64| (s * 8_000.0) as usize;
        let quiet = &tracks.agent[at(from)..at(to)];
        assert!(quiet.iter().all(|x| x.abs() < 64), "speech while on hold");
        assert!(tracks.agent[at(to)..].iter().any(|x| x.abs() > 2_000), "nobody came back");
    }

    #[test]
    fn both_sides_have_the_same_length_as_the_layout_and_telephone_level() {
        let script = script("order-status");
        let (layout, tracks) = voiced(&script, 1);
        assert_eq!(tracks.customer.len(), tracks.agent.len());
        assert_eq!(tracks.agent.len(), (layout.total_s * 8_000.0).round() as usize);
        assert!((dbov(&tracks.agent) + 26.0).abs() < 3.0, "{} dBov", dbov(&tracks.agent));
        assert!((20.0..240.0).contains(&layout.total_s), "{} s", layout.total_s);
    }

    #[test]
    fn the_estimate_is_exact_for_the_built_in_voice() {
        let script = script("insults");
        assert_eq!(voiced(&script, 1).0, estimate(&script));
    }

    #[test]
    fn level_follows_arousal_whatever_the_clip_was_and_never_clips() {
        let quiet: Vec<i16> = (0..8_000).map(|n| ((f64::from(n) * 0.3).sin() * 300.0) as i16).collect();
        let loud: Vec<i16> = quiet.iter().map(|x| x * 90).collect();
        for clip in [quiet, loud] {
            let at = |arousal| {
                let mut clip = clip.clone();
                level(&mut clip, arousal);
                assert!(clip.iter().all(|x| x.unsigned_abs() < 32_100));
                dbov(&clip)
            };
            assert!((at(0.25) + 26.0).abs() < 0.5);
            assert!(at(1.0) - at(0.25) > 8.0);
        }
        let mut silence = vec![0; 100];
        level(&mut silence, 1.0);
        assert_eq!(silence, vec![0; 100]);
    }
}
