//! Speech recognition by whisper.cpp, with any of its ggml models.
//!
//! One [`Whisper`] holds one model and one decoder state, which it uses again for every utterance; more of them side by
//! side share nothing. Decoding is greedy and without timestamps, for one utterance is one segment here; when each word was
//! said is found afterwards (`times.rs`).

mod header;
mod piece;
mod times;

use std::{ffi::c_int, path::Path};

use crate::{cache::sha256_of_file, guard, words};
use calmline_core::{Share, event::Word};
use calmline_media::resample::resample;
use calmline_sense::{Expected, RATE, Recogniser, RecogniserError, Transcript};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState,
};

/// Samples per second that Whisper listens at.
const WHISPER_RATE: u32 = 16_000;
/// Samples at that rate per position of the encoder: two spectra of 160 samples each (Radford et al. 2022, section 2.2).
const SAMPLES_PER_POSITION: usize = 320;
/// The encoder hears this much silence after the words.
const SILENCE_AFTER_S: f64 = 1.0;
/// The encoder hears at least this much, half of the 30 s that it was trained with. On 31 utterances of a telephone call
/// with tiny.en this took 2.5 times less time than the whole and changed few words; with a third of the whole the
/// decoder went round in circles on a single word, and with less on every third utterance.
const LEAST_CONTEXT_S: f64 = 15.36;
/// A shorter piece is filled up with silence: whisper.cpp cannot place the tokens of less than 0.16 s.
const SHORTEST_S: f64 = 0.5;
/// The limits of the paper for "no speech" (Radford et al. 2022, section 4.5).
const NO_SPEECH: f64 = 0.6;
const LEAST_MEAN_LOG_PROBABILITY: f64 = -1.0;
/// Where the mean log-probability of the tokens is lower, the whole context is tried too and the likelier text taken.
const DOUBTFUL: f64 = -1.05;
/// Nobody says more tokens than this in a second, in English or Chinese: a decoder that does is in a loop.
const TOKENS_PER_SECOND: f64 = 14.0;
/// No language is so unlikely that clear speech could not show it. A choice.
const LEAST_SHARE: f64 = 0.02;
/// "This is Mandarin": without it, Whisper answers in traditional characters as often as not.
const MANDARIN_PROMPT: &str = "以下是普通话的句子。";

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The path names no file.
    #[error("there is no model file {path}; fetch one by name or give the path of a whisper.cpp model")]
    Absent {
        /// The path.
        path: String,
    },
    /// whisper.cpp does not take it.
    #[error("{path} is not a model that whisper.cpp loads ({reason}); fetch it again or choose a ggml model")]
    Unfit {
        /// The path.
        path: String,
        /// What whisper.cpp says.
        reason: String,
    },
    /// A language that the model does not know.
    #[error("the model does not know the language {language:?}; ISO 639-1 codes such as en or zh are wanted")]
    Language {
        /// The code.
        language: String,
    },
}

/// How a model is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Threads per utterance; at least one is used.
    pub threads: usize,
    /// The languages among which an utterance's language is chosen when there is no hint, as ISO 639-1 codes. An
    /// English-only model always hears English.
    pub languages: Vec<String>,
}

impl Default for Settings {
    /// One thread, English and Chinese.
    fn default() -> Self {
        Self { threads: 1, languages: vec!["en".into(), "zh".into()] }
    }
}

/// A Whisper model, ready to listen.
pub struct Whisper {
    name: String,
    sha256: String,
    context: WhisperContext,
    state: WhisperState,
    threads: usize,
    /// The first `candidates` are chosen among; hints may add others.
    languages: Vec<Language>,
    candidates: usize,
    /// Which language is tried first: the one heard last.
    guess: usize,
}

/// A language with what is prepared for it.
struct Language {
    code: &'static str,
    token: c_int,
    params: FullParams<'static, 'static>,
    prompt: Vec<c_int>,
}

/// One piece as it was heard.
#[derive(Default)]
struct Heard {
    text: String,
    tokens: usize,
    /// Sum of the natural logarithms of the tokens' probabilities.
    log_probability: f64,
    /// Each with its times in the piece.
    words: Vec<Word>,
}

impl Heard {
    fn mean_log_probability(&self) -> f64 {
        self.log_probability / self.tokens.max(1) as f64
    }
}

impl Whisper {
    /// Loads a model from a file. whisper.cpp's messages are silenced for the whole process.
    ///
    /// # Errors
    /// When there is no such file, it is not a model, or the model does not know one of the languages.
    pub fn load(path: &Path, settings: &Settings) -> Result<Self, LoadError> {
        let shown = path.display().to_string();
        if !path.is_file() {
            return Err(LoadError::Absent { path: shown });
        }
        let sizes = header::check(path).map_err(|reason| LoadError::Unfit { path: shown.clone(), reason })?;
        whisper_rs::install_logging_hooks();
        let unfit = |error: WhisperError| LoadError::Unfit { path: shown.clone(), reason: error.to_string() };
        let mut parameters = WhisperContextParameters::default();
        parameters.dtw_parameters(times::alignment(&sizes));
        let context = WhisperContext::new_with_params(path, parameters).map_err(unfit)?;
        let state = context.create_state().map_err(unfit)?;
        let sha256 = sha256_of_file(path)
            .map_err(|error| LoadError::Unfit { path: shown.clone(), reason: error.to_string() })?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let threads = settings.threads.max(1);
        let mut whisper = Self {
            name: stem,
            sha256,
            context,
            state,
            threads,
            languages: Vec::new(),
            candidates: 0,
            guess: 0,
        };
        let english_only = vec!["en".to_owned()];
        let wanted = if whisper.context.is_multilingual() { &settings.languages } else { &english_only };
        for code in wanted {
            whisper.language(code).ok_or_else(|| LoadError::Language { language: code.clone() })?;
        }
        whisper.candidates = whisper.languages.len();
        Ok(whisper)
    }

    /// The index of a language, prepared if it is new; none if the model does not know it.
    fn language(&mut self, code: &str) -> Option<usize> {
        let code = code.split(['-', '_']).next().unwrap_or(code).to_ascii_lowercase();
        if let Some(known) = self.languages.iter().position(|language| language.code == code) {
            return Some(known);
        }
        if !self.context.is_multilingual() && code != "en" {
            return None;
        }
        let id = whisper_rs::get_lang_id(&code)?;
        // whisper.cpp takes English names too; its own code for the language is the one that is kept.
        let code = whisper_rs::get_lang_str(id)?;
        let prompt = match code {
            "zh" => self.context.tokenize(MANDARIN_PROMPT, 64).unwrap_or_default(),
            _ => Vec::new(),
        };
        let (token, params) = (self.context.token_lang(id), params(code, self.threads));
        self.languages.push(Language { code, token, params, prompt });
        Some(self.languages.len() - 1)
    }

    /// One piece of at most 30 s, at 16 kHz, in a known language or one of the candidates, of which each is so likely.
    fn hear(
        &mut self,
        piece: &[f32],
        language: Option<usize>,
        prior: &[f64],
    ) -> Result<(Heard, usize), WhisperError> {
        let likeliest = (0..self.candidates).max_by(|&a, &b| prior[a].total_cmp(&prior[b]));
        let uneven = prior.iter().any(|share| *share != prior[0]);
        let mut spoken = language.or(likeliest.filter(|_| uneven)).unwrap_or(self.guess);
        let context = self.audio_context(piece.len());
        let mut heard = self.decode(piece, spoken, context)?;
        // The start token alone, over what the encoder has just heard, tells language and absence of speech.
        let start = self.start(prior)?;
        if language.is_none() && start.language != spoken {
            spoken = start.language;
            heard = self.decode(piece, spoken, context)?;
        }
        self.guess = if spoken < self.candidates { spoken } else { self.guess };
        let whole = self.context.n_audio_ctx();
        let looped = guard::loops(&heard.text);
        if context < whole && (looped || heard.mean_log_probability() < DOUBTFUL) {
            let again = self.decode(piece, spoken, whole)?;
            if looped || again.mean_log_probability() > heard.mean_log_probability() {
                heard = again;
            }
        }
        if guard::is_nothing(&heard.text) || is_not_speech(start.no_speech, heard.mean_log_probability()) {
            heard = Heard::default();
        }
        heard.log_probability += (1.0 - start.no_speech).max(1e-3).ln() * heard.tokens as f64;
        Ok((heard, spoken))
    }

    fn decode(
        &mut self,
        piece: &[f32],
        language: usize,
        audio_context: c_int,
    ) -> Result<Heard, WhisperError> {
        let Language { params, prompt, .. } = &self.languages[language];
        let mut params: FullParams<'_, '_> = params.clone();
        params.set_tokens(prompt);
        params.set_audio_ctx(audio_context);
        let seconds = piece.len() as f64 / f64::from(WHISPER_RATE);
        params.set_max_tokens((8.0 + TOKENS_PER_SECOND * seconds).round() as c_int);
        self.state.full(params, piece)?;
        let mut heard = Heard::default();
        let (mut bytes, mut tokens) = (Vec::new(), Vec::new());
        for segment in self.state.as_iter() {
            bytes.extend_from_slice(segment.to_bytes()?);
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                if token.token_id() >= self.context.token_eot() {
                    continue;
                }
                let probability = f64::from(token.token_probability());
                heard.tokens += 1;
                heard.log_probability += probability.max(1e-6).ln();
                // Hundredths of a second, −1 where the token could not be placed.
                let place = token.token_data().t_dtw;
                let start_s = (place >= 0).then_some(place as f64 / 100.0);
                tokens.push(times::Token { bytes: token.to_bytes()?.to_vec(), start_s, probability });
            }
        }
        heard.text = guard::clean(&String::from_utf8_lossy(&bytes));
        heard.words = times::words(&tokens, seconds);
        Ok(heard)
    }

    fn start(&mut self, prior: &[f64]) -> Result<Start, WhisperError> {
        self.state.decode(&[self.context.token_sot()], 0, self.threads)?;
        let logits = self.state.get_logits()?;
        let at =
            |token: c_int| logits.get(token as usize).map_or(f64::NEG_INFINITY, |&logit| f64::from(logit));
        let most = logits.iter().fold(f64::NEG_INFINITY, |most, &logit| most.max(f64::from(logit)));
        let sum: f64 = logits.iter().map(|&logit| (f64::from(logit) - most).exp()).sum();
        let no_speech = (at(self.context.token_nosp()) - most).exp() / sum;
        // The odds of two languages after hearing are those before it times what the audio says (Bayes).
        let odds = |language: usize| at(self.languages[language].token) + prior[language].ln();
        let language =
            (0..self.candidates).max_by(|&a, &b| odds(a).total_cmp(&odds(b))).unwrap_or(self.guess);
        Ok(Start { language, no_speech })
    }

    /// Positions of the encoder for so many samples and the silence after them.
    fn audio_context(&self, samples: usize) -> c_int {
        let seconds = samples as f64 / f64::from(WHISPER_RATE) + SILENCE_AFTER_S;
        let heard = seconds.max(LEAST_CONTEXT_S) * f64::from(WHISPER_RATE);
        let positions = (heard as usize).div_ceil(SAMPLES_PER_POSITION);
        c_int::try_from(positions)
            .map_or(self.context.n_audio_ctx(), |wanted| wanted.min(self.context.n_audio_ctx()))
    }

    fn failed(&self, reason: impl std::fmt::Display) -> RecogniserError {
        RecogniserError::Engine { name: self.name.clone(), reason: reason.to_string() }
    }
}

/// Whether the model itself thinks that nobody spoke.
fn is_not_speech(no_speech: f64, mean_log_probability: f64) -> bool {
    no_speech > NO_SPEECH && mean_log_probability < LEAST_MEAN_LOG_PROBABILITY
}

/// What the first position of the decoder tells.
struct Start {
    language: usize,
    no_speech: f64,
}

fn params(code: &'static str, threads: usize) -> FullParams<'static, 'static> {
    let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    params.set_n_threads(c_int::try_from(threads).unwrap_or(1));
    // The library keeps a copy of the code for ever, so this is done once per language and not per utterance.
    params.set_language(Some(code));
    params.set_no_context(true);
    params.set_no_timestamps(true);
    params.set_single_segment(true);
    params.set_suppress_blank(true);
    params.set_suppress_nst(true);
    params.set_temperature_inc(0.0);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_special(false);
    params.set_print_timestamps(false);
    params
}

impl Whisper {
    /// The only language that an utterance may be in, and how likely each candidate is otherwise.
    fn expects(&mut self, expected: Expected<'_>) -> Result<(Option<usize>, Vec<f64>), RecogniserError> {
        let mut prior = vec![1.0 / self.candidates.max(1) as f64; self.candidates];
        match expected {
            Expected::Any => {}
            Expected::Only(code) => {
                let unknown =
                    RecogniserError::Language { name: self.name.clone(), language: code.to_owned() };
                return Ok((Some(self.language(code).ok_or(unknown)?), prior));
            }
            Expected::Likely(code, share) => {
                let code = code.split(['-', '_']).next().unwrap_or(code);
                let known = (0..self.candidates).find(|&candidate| self.languages[candidate].code == code);
                if let Some(known) = known.filter(|_| self.candidates > 1) {
                    let share = share.get().clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
                    prior.fill((1.0 - share) / (self.candidates - 1) as f64);
                    prior[known] = share;
                }
            }
        }
        Ok((None, prior))
    }
}

impl Recogniser for Whisper {
    fn name(&self) -> &str {
        &self.name
    }

    fn sha256(&self) -> Option<&str> {
        Some(&self.sha256)
    }

    /// Longer audio than Whisper hears at once is cut at its quietest places. Confidence is the geometric mean of the
    /// tokens' probabilities times the probability that there was speech; an empty text has none.
    fn transcribe(&mut self, audio: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
        let (mut language, prior) = self.expects(expected)?;
        let (mut texts, mut words) = (Vec::new(), Vec::new());
        let (mut tokens, mut log_probability, mut before) = (0, 0.0, 0);
        for piece in piece::cut(audio) {
            let offset_s = before as f64 / f64::from(RATE);
            before += piece.len();
            if guard::is_silent(piece) {
                continue;
            }
            let samples = resample(piece, RATE, WHISPER_RATE).map_err(|error| self.failed(error))?;
            let mut samples: Vec<f32> =
                samples.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect();
            samples.resize(samples.len().max((SHORTEST_S * f64::from(WHISPER_RATE)) as usize), 0.0);
            let (heard, spoken) =
                self.hear(&samples, language, &prior).map_err(|error| self.failed(error))?;
            if heard.text.is_empty() {
                continue;
            }
            // An utterance is in one language: that of its first words.
            language = Some(spoken);
            texts.push(heard.text);
            words.extend(heard.words.into_iter().map(|word| Word {
                start_s: word.start_s + offset_s,
                end_s: word.end_s + offset_s,
                ..word
            }));
            tokens += heard.tokens;
            log_probability += heard.log_probability;
        }
        if texts.is_empty() {
            return Ok(Transcript::default());
        }
        let code = language.map(|language| self.languages[language].code);
        let mut text = texts.join(if matches!(code, Some("zh" | "ja" | "yue")) { "" } else { " " });
        let mut words = words::in_order(&text, words, audio.len() as f64 / f64::from(RATE));
        if code == Some("zh") {
            words::simplify(&mut text, &mut words);
        }
        let confidence = Share::new((log_probability / tokens.max(1) as f64).exp());
        Ok(Transcript { text, language: code.map(str::to_owned), confidence, words })
    }
}
