//! Whether a caller is agitated, from voice and words together: a sum of log-odds.
//!
//! Each utterance is evidence: the logarithm of how much more often one like it comes from an agitated caller
//! than from another. The two constants, [`VOICE`] and [`WORDS`], are fitted to recordings and texts that the
//! models had not seen, all of data that may be shipped; `calmline evaluate signals` fits them anew and
//! checks them on other data.
//!
//! What one voice says twice is not two witnesses. The evidence of one kind is added and then shared by the
//! effective number of its utterances: `sum / (1 + ρ (n − 1))`, the design effect of clustered samples (Kish
//! 1965, *Survey Sampling*, 5.4). Voice and words of one caller are not independent either: where they agree,
//! the weaker one counts by `1 − ρ'`. No labelled calls exist from which ρ' could be taken, so that it is a
//! choice.
//!
//! Where nothing is known the probability is [`RATE`]. Everything is deterministic; nothing here reads a
//! clock.

use calmline_core::Share;

/// How many callers are agitated at some time of their call, as long as nothing is known of them. Choice: one
/// in ten; sites should compare it with what their agents say to be wrong (docs/signals.md).
pub const RATE: f64 = 0.1;
/// Log-odds of voice for each of arousal, times its confidence. EMO-DB over the telephone band, each speaker
/// judged by a model of the other nine and against ten earlier recordings; angry against the rest, nine in
/// ten of whom are neutral, bored or sad. As usual, 0.5, says nothing: there is no constant.
pub const VOICE: f64 = 0.78;
/// Log-odds of words for each of sentiment, times the recognition's confidence. GoEmotions, the development
/// part: negative against the rest, classes weighing the same. A text without any mood says nothing.
pub const WORDS: f64 = -3.3;
/// ρ: how alike the utterances of one caller in one state are (intraclass correlation). Choice: the
/// recordings of actors give 0.0, each being acted for itself and judged against the speaker's own;
/// neighbours in a call share line, topic and mood.
pub const ALIKE: f64 = 0.3;
/// ρ': how much of the weaker witness is held to repeat the stronger one. Choice.
pub const SHARED: f64 = 0.3;
/// Seconds of speech that count as one utterance: about as long as the recordings are.
pub const UTTERANCE_S: f64 = 2.5;
/// A long utterance counts as no more than so many. Choice: its sensors told one value of it.
const AT_MOST: f64 = 2.0;
/// A reading nearer to 0 or 1 than this says no more: so far do the recordings bear it out. Choice.
const EDGE: f64 = 0.02;

/// The log-odds of a probability.
#[must_use]
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(1e-9, 1.0 - 1e-9);
    (p / (1.0 - p)).ln()
}

/// The probability of log-odds.
#[must_use]
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// What [`VOICE`] multiplies: the log-odds of arousal, 0.5 being the speaker's usual, times its confidence.
#[must_use]
pub fn voice_term(arousal: f64, confidence: Share) -> f64 {
    confidence.get() * logit(Share::new(arousal).get().clamp(EDGE, 1.0 - EDGE))
}

/// What [`WORDS`] multiplies: sentiment, −1 to 1, times the recognition's confidence.
#[must_use]
pub fn words_term(sentiment: f64, sure: Share) -> f64 {
    if sentiment.is_nan() { 0.0 } else { sure.get() * sentiment.clamp(-1.0, 1.0) }
}

/// The utterances of one kind so far, older ones fading.
#[derive(Debug, Clone, Copy, Default)]
struct Witness {
    sum: f64,
    /// How many utterances it is worth.
    utterances: f64,
}

impl Witness {
    fn hear(&mut self, evidence: f64, seconds: f64) {
        let weight = (seconds / UTTERANCE_S).clamp(0.0, AT_MOST);
        self.sum += evidence * weight;
        self.utterances += weight;
    }

    fn log_odds(self) -> f64 {
        self.sum / (1.0 + ALIKE * (self.utterances - 1.0).max(0.0))
    }
}

/// What voice and words say together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Belief {
    voice: Witness,
    words: Witness,
}

impl Belief {
    /// An utterance's voice, of so many seconds.
    pub fn hear_voice(&mut self, arousal: f64, confidence: Share, seconds: f64) {
        self.voice.hear(VOICE * voice_term(arousal, confidence), seconds);
    }

    /// An utterance's words.
    pub fn hear_words(&mut self, sentiment: f64, sure: Share, seconds: f64) {
        self.words.hear(WORDS * words_term(sentiment, sure), seconds);
    }

    /// Lets what was heard so far fade to a share of itself.
    pub fn fade(&mut self, to: f64) {
        for witness in [&mut self.voice, &mut self.words] {
            witness.sum *= to;
            witness.utterances *= to;
        }
    }

    /// The evidence of both, without the rate of what is usual.
    #[must_use]
    pub fn log_odds(&self) -> f64 {
        let (voice, words) = (self.voice.log_odds(), self.words.log_odds());
        let repeated = if voice * words > 0.0 { SHARED * voice.abs().min(words.abs()) } else { 0.0 };
        voice + words - repeated * voice.signum()
    }

    /// How probable it is that the caller is agitated.
    #[must_use]
    pub fn agitated(&self) -> f64 {
        probability(logit(RATE) + self.log_odds())
    }

    /// How much of what could be known is known, 0 to 1: n utterances of n + 1.
    #[must_use]
    pub fn known(&self) -> Share {
        let heard = self.voice.utterances + self.words.utterances;
        Share::new(heard / (heard + 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(value: f64) -> Share {
        Share::new(value)
    }

    #[test]
    fn nothing_known_is_the_usual_rate_and_no_reading_breaks_it() {
        let mut belief = Belief::default();
        assert!((belief.agitated() - RATE).abs() < 1e-12);
        assert!(belief.known().get().abs() < 1e-12);
        belief.hear_words(f64::NAN, share(f64::NAN), 3.0);
        belief.hear_voice(f64::INFINITY, share(1.0), 1e9);
        assert!((0.0..=1.0).contains(&belief.agitated()), "{belief:?}");
    }

    #[test]
    fn saying_it_again_and_again_says_less_each_time() {
        let after = |times: usize| {
            let mut belief = Belief::default();
            (0..times).for_each(|_| belief.hear_voice(0.9, share(0.8), UTTERANCE_S));
            belief.log_odds()
        };
        let gains: Vec<f64> = (1..8).map(|n| after(n) - after(n - 1)).collect();
        assert!(gains.windows(2).all(|pair| pair[1] < pair[0] && pair[1] > 0.0), "{gains:?}");
        assert!(after(1_000) < after(1) / ALIKE, "no more than 1 / ρ utterances' worth");
    }

    #[test]
    fn two_witnesses_say_more_than_one_and_less_than_if_they_were_independent() {
        let (mut voice, mut words, mut both) = (Belief::default(), Belief::default(), Belief::default());
        for belief in [&mut voice, &mut both] {
            belief.hear_voice(0.9, share(0.8), UTTERANCE_S);
        }
        for belief in [&mut words, &mut both] {
            belief.hear_words(-0.8, share(0.9), UTTERANCE_S);
        }
        assert!(both.log_odds() > voice.log_odds().max(words.log_odds()));
        assert!(both.log_odds() < voice.log_odds() + words.log_odds());
        both.hear_words(0.8, share(1.0), UTTERANCE_S);
        assert!(both.log_odds() < voice.log_odds() + words.log_odds(), "friendly words speak against it");
    }
}
