//! Remote recognisers against the same contract: small servers of each protocol on this machine, with whisper behind them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use calmline_core::event::Word;
use calmline_engines::{
    cache::Cache,
    contract::{self, Clip},
    fetch::{self, Model},
    remote::Endpoint,
    whisper::{Settings, Whisper},
};
use calmline_media::wav;
use calmline_sense::{Expected, RATE, Recogniser, RecogniserError, Transcript};
use calmline_testing::{data, serve, skipped};
use serde_json::{Value, json};
use tungstenite::{Message, accept};

type Shared = Arc<Mutex<Whisper>>;

fn whisper(model: Model) -> Option<Shared> {
    match fetch::model(&Cache::of_user().unwrap(), model, &mut |_| {}) {
        Ok(path) => Some(Arc::new(Mutex::new(Whisper::load(&path, &Settings::default()).unwrap()))),
        Err(error) => {
            skipped(format_args!("{model}: {error}"));
            None
        }
    }
}

fn caller() -> Option<Clip> {
    let recording = wav::read(&fs::read(data("calls/Auto_Repairs_40_UTC_caller.wav")?).unwrap())
        .unwrap()
        .at_rate(RATE)
        .unwrap();
    let [from, to] = [13.5, 19.0].map(|s| (s * f64::from(RATE)) as usize);
    let words = ["two", "weeks", "ago", "got", "car", "dealership"].map(str::to_owned).to_vec();
    let audio = recording.channels[0][from..to].to_vec();
    Some(Clip { name: "caller", language: "en", audio, words, at_least: 5 })
}

fn transcribe(whisper: &Shared, audio: &[i16], language: Option<&str>) -> Transcript {
    whisper.lock().unwrap().transcribe(audio, language.into()).unwrap()
}

/// One request of HTTP/1.1: its head in lower case, and its body.
fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.trim().parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn answer(mut stream: &TcpStream, status: &str, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).unwrap_or_default();
}

/// The parts of a form by their heads.
fn parts(head: &str, body: &[u8]) -> Vec<(String, Vec<u8>)> {
    let boundary = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: multipart/form-data; boundary="))
        .unwrap();
    let mark = format!("--{}", boundary.trim());
    let find = |from: usize, what: &[u8]| {
        body[from..]
            .windows(what.len())
            .position(|bytes| bytes.eq_ignore_ascii_case(what))
            .map(|at| from + at)
    };
    let (mut found, mut from) = (Vec::new(), find(0, mark.as_bytes()).unwrap() + mark.len() + 2);
    while let Some(end) = find(from, format!("\r\n{mark}").as_bytes()) {
        let split = find(from, b"\r\n\r\n").unwrap();
        found.push((String::from_utf8_lossy(&body[from..split]).into_owned(), body[split + 4..end].to_vec()));
        from = end + mark.len() + 4;
    }
    found
}

fn openai_server(whisper: Shared) -> u16 {
    serve(move |stream| {
        let mut reader = BufReader::new(stream);
        while let Some((head, body)) = request(&mut reader) {
            if !head.starts_with("post /v1/audio/transcriptions ") {
                answer(reader.get_ref(), "404 Not Found", &json!({}));
                continue;
            }
            if !head.contains("authorization: bearer sesame") {
                answer(reader.get_ref(), "401 Unauthorized", &json!({ "error": { "message": "no" } }));
                continue;
            }
            let parts = parts(&head, &body);
            let part = |name: &str| {
                let name = format!("name=\"{name}\"");
                parts.iter().find(|(head, _)| head.contains(&name)).map(|(_, value)| value.clone())
            };
            assert_eq!(part("model").unwrap(), b"tiny");
            let language = part("language").map(|value| String::from_utf8(value).unwrap());
            let recording = wav::read(&part("file").unwrap()).unwrap().at_rate(RATE).unwrap();
            let heard = transcribe(&whisper, &recording.channels[0], language.as_deref());
            let logprob = heard.confidence.get().max(1e-9).ln();
            let segments = json!([{ "text": heard.text, "avg_logprob": logprob, "no_speech_prob": 0.0 }]);
            let words: Vec<Value> = heard
                .words
                .iter()
                .map(|word| json!({ "word": word.word, "start": word.start_s, "end": word.end_s }))
                .collect();
            let body =
                json!({ "text": heard.text, "language": "english", "segments": segments, "words": words });
            answer(reader.get_ref(), "200 OK", &body);
        }
    })
}

/// Takes audio until the message that ends it; `each` is said after every piece of audio.
fn listen(
    stream: TcpStream,
    ends: fn(&Value) -> bool,
    each: Option<&Value>,
    last: impl Fn(Vec<i16>) -> Value,
) {
    let mut socket = accept(stream).unwrap();
    let mut audio = Vec::new();
    while let Ok(message) = socket.read() {
        match message {
            Message::Binary(bytes) => {
                audio.extend(bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
                if let Some(each) = each {
                    socket.send(Message::text(each.to_string())).unwrap();
                }
            }
            Message::Text(text) if ends(&serde_json::from_str(&text).unwrap()) => {
                socket.send(Message::text(last(std::mem::take(&mut audio)).to_string())).unwrap();
            }
            _ => {}
        }
    }
}

fn vosk_server(whisper: Shared) -> u16 {
    serve(move |stream| {
        let last = |audio: Vec<i16>| {
            let heard = transcribe(&whisper, &audio, Some("en"));
            let told = |word: &Word| json!({ "word": word.word, "start": word.start_s, "end": word.end_s, "conf": word.confidence.get() });
            let words: Vec<Value> = heard.words.iter().map(told).collect();
            json!({ "result": words, "text": heard.text })
        };
        listen(stream, |said| said["eof"] == 1, Some(&json!({ "partial": "so" })), last);
    })
}

fn funasr_server(whisper: Shared) -> u16 {
    serve(move |stream| {
        let last = |audio: Vec<i16>| json!({ "mode": "offline", "text": transcribe(&whisper, &audio, Some("en")).text, "is_final": true });
        listen(stream, |said| said["is_speaking"] == false, None, last);
    })
}

fn open(address: &str) -> Box<dyn Recogniser> {
    Endpoint::new(address, Some("sesame".into())).unwrap().recogniser()
}

#[test]
fn each_protocol_keeps_the_contract() {
    let (Some(whisper), Some(caller)) = (whisper(Model::WhisperTinyEn), caller()) else { return };
    let clips = [caller];
    let port = openai_server(Arc::clone(&whisper));
    contract::check(&mut *open(&format!("http://127.0.0.1:{port}/v1#tiny")), &clips);
    let port = vosk_server(Arc::clone(&whisper));
    contract::check(&mut *open(&format!("vosk+ws://127.0.0.1:{port}#en")), &clips);
    let port = funasr_server(whisper);
    contract::check(&mut *open(&format!("funasr+ws://127.0.0.1:{port}#en")), &clips);
}

/// A quarter of a second that is loud enough to be sent.
const LOUD: [i16; 2_000] = [9_000; 2_000];

fn refusal(recogniser: &mut dyn Recogniser) -> String {
    match recogniser.transcribe(&LOUD, Expected::Any) {
        Err(RecogniserError::Engine { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_key_or_path_says_what_to_do() {
    let port = serve(|stream| {
        let mut reader = BufReader::new(stream);
        while let Some((head, _)) = request(&mut reader) {
            let status = if head.starts_with("post /v1/") { "401 Unauthorized" } else { "404 Not Found" };
            answer(reader.get_ref(), status, &json!({}));
        }
    });
    let reason = refusal(&mut *open(&format!("http://127.0.0.1:{port}/v1")));
    assert!(reason.contains("401") && reason.contains("CALMLINE_ASR_KEY"), "{reason}");
    let reason = refusal(&mut *open(&format!("http://127.0.0.1:{port}")));
    assert!(reason.contains("404") && reason.contains("/v1"), "{reason}");
}

#[test]
fn a_server_that_is_silent_absent_or_talks_nonsense_fails_the_utterance_and_no_more() {
    let silent = serve(|stream| {
        let mut socket = accept(stream).unwrap();
        while socket.read().is_ok() {}
    });
    let endpoint = Endpoint::new(&format!("vosk+ws://127.0.0.1:{silent}#en"), None).unwrap();
    let reason = refusal(&mut *endpoint.within(Duration::from_millis(300)).recogniser());
    assert!(reason.contains("has not answered"), "{reason}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for address in [format!("http://127.0.0.1:{closed}/v1"), format!("funasr+ws://127.0.0.1:{closed}#zh")] {
        assert!(!refusal(&mut *open(&address)).is_empty());
    }

    let nonsense = serve(|stream| {
        let mut reader = BufReader::new(stream);
        while request(&mut reader).is_some() {
            answer(reader.get_ref(), "200 OK", &json!({ "hello": 1 }));
        }
    });
    let reason = refusal(&mut *open(&format!("http://127.0.0.1:{nonsense}/v1")));
    assert!(reason.contains("\"text\""), "{reason}");
}

#[test]
fn a_server_of_one_language_refuses_others_unasked() {
    let mut recogniser = open("vosk+ws://127.0.0.1:9#zh");
    let answer = recogniser.transcribe(&LOUD, Expected::Only("en"));
    assert!(matches!(answer, Err(RecogniserError::Language { language, .. }) if language == "en"));
}
