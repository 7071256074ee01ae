//! The slot of a larger model of voice affect: real ONNX files, written by the tests, are loaded, checked and asked; and heard
//! through a leg.
#![expect(clippy::unwrap_used, reason = "tests, and what only they call")]

use std::{path::PathBuf, sync::Arc};

use calmline_core::{
    AccountId, CallId, Party, SiteId, Timestamp,
    event::Body,
    policy::{Ask, Notice, Profile, SitePolicy},
};
use calmline_engines::onnx::{Onnx, OnnxError};
use calmline_sense::{
    AffectModel, Arousal, Heard, Leg,
    affect::{Larger, Wants},
};

/// The few parts of the protocol buffers' wire format (and of ONNX's `ModelProto`) that a linear model needs.
mod proto {
    pub fn number(field: u64, value: u64) -> Vec<u8> {
        [varint(field << 3), varint(value)].concat()
    }

    pub fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
        [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
    }

    fn varint(mut value: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
        out
    }
}
use proto::{bytes, number};

const FLOAT: u64 = 1;
const DOUBLE: u64 = 11;

/// A dimension: a length, or one that may vary.
#[derive(Clone, Copy)]
enum Length {
    Of(u64),
    Any,
}

fn value(name: &str, kind: u64, shape: &[Length]) -> Vec<u8> {
    let dimension = |length: &Length| match length {
        Length::Of(length) => bytes(1, &number(1, *length)),
        Length::Any => bytes(1, &bytes(2, b"length")),
    };
    let shape: Vec<u8> = shape.iter().flat_map(dimension).collect();
    let tensor = [number(1, kind), bytes(2, &shape)].concat();
    [bytes(1, name.as_bytes()), bytes(2, &bytes(1, &tensor))].concat()
}

fn weights(name: &str, shape: &[u64], values: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let shape: Vec<u8> = shape.iter().flat_map(|length| number(1, *length)).collect();
    [shape, number(2, FLOAT), bytes(8, name.as_bytes()), bytes(9, &raw)].concat()
}

fn node(operator: &str, inputs: &[&str], output: &str) -> Vec<u8> {
    let inputs: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input.as_bytes())).collect();
    [inputs, bytes(2, output.as_bytes()), bytes(4, operator.as_bytes())].concat()
}

fn model(nodes: &[Vec<u8>], weights: &[Vec<u8>], input: &[u8], output: &[u8]) -> Vec<u8> {
    let nodes = nodes.iter().flat_map(|node| bytes(1, node));
    let weights = weights.iter().flat_map(|tensor| bytes(5, tensor));
    let graph: Vec<u8> = nodes
        .chain(bytes(2, b"arousal"))
        .chain(weights)
        .chain(bytes(11, input))
        .chain(bytes(12, output))
        .collect();
    [number(1, 8), bytes(8, &number(2, 13)), bytes(7, &graph)].concat()
}

/// Logistic regression on one of the 88 functionals.
fn on_functional(name: &str, weight: f32, bias: f32) -> Vec<u8> {
    let mut column = vec![0.0; 88];
    column[calmline_sense::gemaps::NAMES.iter().position(|own| *own == name).unwrap()] = weight;
    model(
        &[node("MatMul", &["functionals", "weights"], "sum"), node("Add", &["sum", "bias"], "logit")],
        &[weights("weights", &[88, 1], &column), weights("bias", &[1], &[bias])],
        &value("functionals", FLOAT, &[Length::Of(1), Length::Of(88)]),
        &value("logit", FLOAT, &[Length::Of(1), Length::Of(1)]),
    )
}

/// The mean square of the samples, less a number.
fn on_samples(less: f32) -> Vec<u8> {
    model(
        &[
            node("Mul", &["samples", "samples"], "squares"),
            node("ReduceMean", &["squares"], "mean"),
            node("Sub", &["mean", "less"], "logit"),
        ],
        &[weights("less", &[1], &[less])],
        &value("samples", FLOAT, &[Length::Of(1), Length::Any]),
        &value("logit", FLOAT, &[Length::Of(1), Length::Of(1)]),
    )
}

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(bytes: &[u8]) -> File {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("larger.onnx");
    std::fs::write(&path, bytes).unwrap();
    File { _folder: folder, path }
}

fn load(bytes: &[u8]) -> Result<Onnx, OnnxError> {
    Onnx::load(&file(bytes).path)
}

#[test]
fn a_model_of_functionals_is_asked_for_what_it_says() {
    let larger = load(&on_functional("F0semitoneFrom27.5Hz_sma3nz_amean", 2.0, -3.0)).unwrap();
    assert_eq!(larger.wants(), Wants::Functionals);
    let mut functionals = [0.5; 88];
    functionals[0] = 4.0;
    assert_eq!(larger.logit(&functionals), Some(5.0));
    assert_eq!(larger.identity().name, "larger.onnx");
    assert_eq!(larger.identity().sha256.len(), 64);
}

#[test]
fn a_model_of_samples_takes_any_number_of_them() {
    let larger = load(&on_samples(0.25)).unwrap();
    assert_eq!(larger.wants(), Wants::Samples);
    for length in [400, 8_000, 96_000] {
        let logit = larger.logit(&vec![1.0; length]).unwrap();
        assert!((logit - 0.75).abs() < 1e-5, "{logit}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let said = |bytes: &[u8]| load(bytes).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said(b"no model at all").contains("no ONNX model"), "{}", said(b"no model at all"));
    assert!(said(&[]).contains("no ONNX model"), "{}", said(&[]));
    let whole = on_samples(0.0);
    assert!(!said(&whole[..whole.len() / 2]).is_empty());
    let takes = |kind, shape: &[Length]| {
        let nodes = [node("ReduceMean", &["heard"], "logit")];
        said(&model(&nodes, &[], &value("heard", kind, shape), &value("logit", FLOAT, &[Length::Of(1)])))
    };
    let fixed = takes(FLOAT, &[Length::Of(1), Length::Of(16_000)]);
    assert!(fixed.contains("heard") && fixed.contains("16000") && fixed.contains("[1, 88]"), "{fixed}");
    assert!(takes(FLOAT, &[Length::Any]).contains("inputs are heard"));
    assert!(takes(DOUBLE, &[Length::Of(2), Length::Of(88)]).contains("inputs are heard"));
    let missing = std::path::Path::new("/nowhere/larger.onnx");
    assert!(Onnx::load(missing).is_err_and(|error| error.to_string().contains("/nowhere/larger.onnx")));
    let endless = on_functional("loudness_sma3_amean", f32::INFINITY, 0.0);
    assert!(said(&endless).contains("finite"), "{}", said(&endless));
}

/// Half a second of quiet, then turns of a buzzing voice with a pitch each, half a second apart.
fn turns(pitches: &[f32]) -> Vec<i16> {
    let mut pcm = vec![0; 4_000];
    for hz in pitches {
        let turn = std::f32::consts::TAU / 8_000.0;
        pcm.extend((0..12_000).map(|i| {
            let t = i as f32 * turn;
            let swell = 0.6 + 0.4 * (4.0 * t).sin();
            // The pitch swings by a tenth, three times a second: what holds still is a tone of the line.
            let phase = hz * (t - 0.1 * (3.0 * t).cos() / 3.0);
            let voice: f32 = (1..12).map(|k| (k as f32 * phase).sin() / k as f32).sum();
            (3_000.0 * swell * voice) as i16
        }));
        pcm.extend([0; 8_000]);
    }
    pcm
}

fn heard(model: AffectModel, pcm: &[i16]) -> Vec<Option<Arousal>> {
    let now = Timestamp::UNIX_EPOCH;
    let call = CallId::new("call").unwrap();
    let mut policy = SitePolicy::new(SiteId::new("site").unwrap(), Profile::Cn);
    for notice in Notice::ALL {
        let by = AccountId::new("admin").unwrap();
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
    }
    let ask = Ask { call: &call, party: Party::Customer, agent: None, now };
    let mut leg = Leg::new(policy.ask(&ask).unwrap()).with_affect(policy.ask(&ask).unwrap(), Arc::new(model));
    let mut out = Vec::new();
    leg.push(pcm, now, &mut out);
    leg.finish(&mut out);
    let one = |heard| match heard {
        Heard::Utterance { arousal, .. } => Some(arousal),
        _ => None,
    };
    out.into_iter().filter_map(one).collect()
}

fn shipped_with(larger: Arc<dyn Larger>) -> AffectModel {
    AffectModel::clone(&AffectModel::shipped()).with_larger(larger)
}

#[test]
fn a_leg_tells_what_the_larger_model_says_whatever_the_gain() {
    // Three tones over 27.5 Hz: 165, 110 and 220 Hz lie 31, 24 and 36 semitones above; the model divides at 30.
    let bytes = on_functional("F0semitoneFrom27.5Hz_sma3nz_percentile50.0", 0.8, -24.0);
    let larger: Arc<dyn Larger> = Arc::new(load(&bytes).unwrap());
    let pcm = turns(&[110.0, 220.0]);
    let told = |pcm: &[i16]| -> Vec<f64> {
        let all = heard(shipped_with(Arc::clone(&larger)), pcm);
        all.into_iter().flatten().map(|arousal| arousal.value.get()).collect()
    };
    let [low, high] = told(&pcm)[..] else { panic!("{:?}", told(&pcm)) };
    assert!(low < 0.4 && high > 0.6, "{low} {high}");
    let quiet: Vec<i16> = pcm.iter().map(|x| x / 4).collect();
    let [quiet_low, quiet_high] = told(&quiet)[..] else { panic!("{:?}", told(&quiet)) };
    assert!((quiet_low - low).abs() < 0.02 && (quiet_high - high).abs() < 0.02);
}

/// A model that fails within a call.
struct Broken(calmline_sense::affect::Identity);

impl Larger for Broken {
    fn identity(&self) -> &calmline_sense::affect::Identity {
        &self.0
    }

    fn wants(&self) -> Wants {
        Wants::Samples
    }

    fn logit(&self, _: &[f32]) -> Option<f64> {
        Some(f64::NAN)
    }
}

#[test]
fn where_the_larger_model_fails_nothing_is_told() {
    let identity = load(&on_samples(0.0)).unwrap().identity().clone();
    let all = heard(shipped_with(Arc::new(Broken(identity))), &turns(&[110.0, 220.0]));
    assert!(all.len() == 2 && all.iter().all(Option::is_none), "{all:?}");
}
