//! OpenAI-compatible transcription: the API that whisper servers, gateways and clouds share.
//!
//! `POST URL/audio/transcriptions`, `multipart/form-data` with `file` (WAVE, 8 kHz, 16 bits), `model`, `language` where it
//! can be no other, `response_format=verbose_json`, `timestamp_granularities[]` both `word` and `segment`, `temperature=0`. Of
//! the answer `text`, `language` (a name or a code), `words` (`word`, `start`, `end`) and `segments` (`avg_logprob`,
//! `no_speech_prob`) are read; `text` alone is enough. The whole utterance is sent when it is over.

use calmline_core::{Share, event::Word};
use calmline_media::wav::{self, Encoding};
use calmline_sense::{Expected, RATE, Recogniser, RecogniserError, Transcript};
use serde::Deserialize;
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::{Endpoint, UNSAID, failed, heard, roots, seconds};
use crate::guard;

/// The model that is asked for when the address names none.
const USUAL_MODEL: &str = "whisper-1";
/// The most bytes of an answer that are read.
const MOST_ANSWER: u64 = 1024 * 1024;
/// Names of languages in verbose answers, and their codes.
const LANGUAGES: [(&str, &str); 3] = [("english", "en"), ("chinese", "zh"), ("mandarin", "zh")];
/// Separates the parts of the form. No part can contain it: the WAVE file is binary, but of whole samples behind a
/// header, and these 37 characters in it would be a coincidence of 2⁻²⁹⁶.
const BOUNDARY: &str = "calmline-6f1d0a4e7b2c4d0f9a53e8c17b26";

/// A server that speaks OpenAI's protocol.
pub struct OpenAi {
    name: String,
    url: String,
    model: String,
    key: Option<String>,
    agent: Agent,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    language: Option<String>,
    #[serde(default)]
    segments: Vec<Segment>,
    #[serde(default)]
    words: Vec<Timed>,
}

#[derive(Deserialize)]
struct Timed {
    word: String,
    start: f64,
    end: f64,
}

#[derive(Deserialize)]
struct Segment {
    text: Option<String>,
    avg_logprob: Option<f64>,
    no_speech_prob: Option<f64>,
}

impl OpenAi {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let certificates: Vec<_> = roots().iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&certificates)).build();
        let agent = Agent::config_builder()
            .timeout_global(Some(endpoint.timeout))
            .max_redirects(0)
            .http_status_as_error(false)
            .tls_config(tls)
            .build()
            .into();
        Self {
            name: endpoint.name(),
            url: format!("{}/audio/transcriptions", endpoint.url),
            model: endpoint.choice.clone().unwrap_or_else(|| USUAL_MODEL.into()),
            key: endpoint.key.clone(),
            agent,
        }
    }

    fn form(&self, audio: &[i16], language: Option<&str>) -> Result<Vec<u8>, RecogniserError> {
        let file =
            wav::write(RATE, &[audio], Encoding::Linear16).map_err(|error| failed(&self.name, error))?;
        let mut form = Vec::with_capacity(file.len() + 1024);
        let mut field = |name: &str, value: &str| {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            form.extend_from_slice(part.as_bytes());
        };
        field("model", &self.model);
        field("response_format", "verbose_json");
        field("timestamp_granularities[]", "word");
        field("timestamp_granularities[]", "segment");
        field("temperature", "0");
        if let Some(language) = language {
            field("language", language);
        }
        form.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"utterance.wav\"\r\n\
                 Content-Type: audio/wav\r\n\r\n"
            )
            .as_bytes(),
        );
        form.extend_from_slice(&file);
        form.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        Ok(form)
    }
}

impl Recogniser for OpenAi {
    fn name(&self) -> &str {
        &self.name
    }

    fn transcribe(&mut self, audio: &[i16], expected: Expected<'_>) -> Result<Transcript, RecogniserError> {
        // The protocol takes a language as the only one there is, so a likely one is not told.
        let language = known(&self.name, expected.only())?;
        if guard::is_silent(audio) {
            return Ok(Transcript::default());
        }
        let form = self.form(audio, language)?;
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut answer = request.send(&form[..]).map_err(|error| failed(&self.name, error))?;
        let status = answer.status();
        if !status.is_success() {
            // The body may repeat what was said; the status is enough.
            return Err(failed(&self.name, format!("it answered {status}; {}", remedy(status.as_u16()))));
        }
        let bytes = answer
            .body_mut()
            .with_config()
            .limit(MOST_ANSWER)
            .read_to_vec()
            .map_err(|error| failed(&self.name, error))?;
        read(&bytes, seconds(audio))
            .ok_or_else(|| failed(&self.name, "its answer is not a JSON object with \"text\""))
    }
}

/// What to do about a status.
fn remedy(status: u16) -> &'static str {
    match status {
        401 | 403 => "check the key in CALMLINE_ASR_KEY",
        404 => "check the path of the address: it usually ends in /v1",
        429 => "it takes no more for now",
        _ => "look into its log",
    }
}

/// The hint as a code of two or three letters; other words were never a language.
fn known<'a>(name: &str, hint: Option<&'a str>) -> Result<Option<&'a str>, RecogniserError> {
    let Some(hint) = hint else { return Ok(None) };
    let code = hint.split(['-', '_']).next().unwrap_or(hint);
    if matches!(code, "en" | "zh") {
        return Ok(Some(code));
    }
    Err(RecogniserError::Language { name: name.to_owned(), language: hint.to_owned() })
}

/// Reads the answer about so many seconds of audio; none if it is not one.
pub fn read(bytes: &[u8], seconds: f64) -> Option<Transcript> {
    let answer: Answer = serde_json::from_slice(bytes).ok()?;
    let language = answer.language.map(|language| {
        let language = language.to_lowercase();
        let code = LANGUAGES.iter().find(|(name, _)| *name == language).map(|(_, code)| (*code).to_owned());
        code.unwrap_or(language)
    });
    let confidence = confidence(&answer.segments);
    // The protocol tells no confidence of words: each has the whole's.
    let sure = Share::new(confidence.unwrap_or(UNSAID)).rounded();
    let word = |Timed { word, start, end }: Timed| Word {
        word: word.trim().to_owned(),
        start_s: start,
        end_s: end,
        confidence: sure,
    };
    let words = answer.words.into_iter().map(word).collect();
    Some(heard(&answer.text, language, confidence, (words, seconds)))
}

/// The mean probability of tokens times that of there being speech, segments weighed by their letters.
fn confidence(segments: &[Segment]) -> Option<f64> {
    let (mut sum, mut letters) = (0.0, 0.0);
    for segment in segments {
        let log = segment.avg_logprob?;
        let weight = segment.text.as_ref().map_or(1, |text| text.chars().count()).max(1) as f64;
        let speech = 1.0 - Share::new(segment.no_speech_prob.unwrap_or(0.0)).get();
        sum += weight * log.min(0.0).exp() * speech;
        letters += weight;
    }
    (letters > 0.0).then(|| sum / letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verbose_answer_has_language_and_confidence() {
        let answer = br#"{"task":"transcribe","language":"english","duration":2.1,"text":" Hello there.",
            "segments":[{"id":0,"text":" Hello","avg_logprob":-0.1,"no_speech_prob":0.02},
                        {"id":1,"text":" there.","avg_logprob":-0.3,"no_speech_prob":0.02}],
            "words":[{"word":"Hello","start":0.2,"end":0.62},{"word":"there","start":0.62,"end":9.0}]}"#;
        let heard = read(answer, 2.1).expect("an answer");
        assert_eq!((heard.text.as_str(), heard.language.as_deref()), ("Hello there.", Some("en")));
        assert!((0.7..0.9).contains(&heard.confidence.get()), "{heard:?}");
        let words: Vec<_> = heard.words.iter().map(|w| (w.word.as_str(), w.start_s, w.end_s)).collect();
        assert_eq!(words, [("Hello", 0.2, 0.62), ("there", 0.62, 2.1)]);
    }

    #[test]
    fn a_bare_answer_is_enough_and_other_json_is_not() {
        assert_eq!(read(r#"{"text":"你好"}"#.as_bytes(), 1.0).expect("an answer").text, "你好");
        assert!(read(br#"{"error":{"message":"no"}}"#, 1.0).is_none());
        assert!(read(b"<html>", 1.0).is_none());
        assert!(read(br#"{"text":"x","segments":[{"avg_logprob":1e999}]}"#, 1.0).is_none());
    }
}
