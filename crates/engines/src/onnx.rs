//! A larger model of voice affect from an ONNX file, behind [`Larger`], run by `rten`: in Rust, on one thread.
//!
//! What such a model takes and gives is written in `docs/integrators.md`. All of it is checked while the model is loaded, and
//! the model answers once for a second of a quiet tone, so that one that cannot be run is refused then and not within a call. Where it
//! fails later, nothing is told of the utterance.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

use calmline_sense::{
    RATE,
    affect::{Identity, Larger, Wants},
    gemaps::{self, NAMES},
};
use rten::{DataType, Dimension, Model, NodeId, RunOptions, ThreadPool, Value, ValueType};
use rten_tensor::{NdTensor, prelude::*};

use crate::cache::sha256;

/// A model file may have this many bytes.
const BYTES_MAX: u64 = 2 << 30;

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// The file cannot be read.
    #[error("{path} cannot be read; give the path of an ONNX file")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is too large.
    #[error("{path} has more than 2 GiB; give a smaller model")]
    Large {
        /// The file.
        path: PathBuf,
    },
    /// It is no ONNX file that can be run.
    #[error(
        "{path} is no ONNX model that can be run here: {why}; export it with standard operators and its weights inside"
    )]
    Model {
        /// The file.
        path: PathBuf,
        /// What the runtime says.
        why: String,
    },
    /// It takes something else.
    #[error(
        "the model's inputs are {found}; it needs one, of 32-bit floats, [1, samples] with a length that may vary, or [1, 88]"
    )]
    Input {
        /// What it takes.
        found: String,
    },
    /// It gives something else.
    #[error(
        "the model's first output is {found}; it needs 32-bit floats, of which the first is the log-odds of high arousal"
    )]
    Output {
        /// What it gives.
        found: String,
    },
    /// It does not answer.
    #[error(
        "the model gives no finite number for a second of a quiet tone: {why}; run it where it was made, and export it again"
    )]
    Trial {
        /// What the runtime says.
        why: String,
    },
}

/// A loaded model.
pub struct Onnx {
    model: Model,
    input: NodeId,
    output: NodeId,
    wants: Wants,
    identity: Identity,
    threads: Arc<ThreadPool>,
}

impl Onnx {
    /// Loads a model, checks what it takes and gives, and lets it answer once.
    ///
    /// # Errors
    /// When it cannot be read or run, takes or gives something else than a model of arousal, or does not answer.
    pub fn load(path: &Path) -> Result<Self, OnnxError> {
        let unreadable = |source| OnnxError::Unreadable { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(unreadable)?.len() > BYTES_MAX {
            return Err(OnnxError::Large { path: path.to_owned() });
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let sha256 = sha256(&bytes);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let refused = |why: String| OnnxError::Model { path: path.to_owned(), why };
        let model = catch_unwind(|| Model::load(bytes))
            .map_err(|_| refused("the runtime gave up".into()))?
            .map_err(|error| refused(error.to_string()))?;
        let (input, wants) = input(&model)?;
        let output = output(&model)?;
        let threads = Arc::new(ThreadPool::with_num_threads(1));
        let it = Self { model, input, output, wants, identity: Identity { name, sha256 }, threads };
        it.answer(&trial(wants)).map_err(|why| OnnxError::Trial { why })?;
        Ok(it)
    }

    /// The first number of the model's first output.
    fn answer(&self, input: &[f32]) -> Result<f64, String> {
        let tensor = NdTensor::from_data([1, input.len()], input.to_vec());
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.threads)));
        let run = || self.model.run(vec![(self.input, tensor.into())], &[self.output], Some(options));
        let mut outputs = catch_unwind(AssertUnwindSafe(run))
            .map_err(|_| "the runtime gave up".to_owned())?
            .map_err(|error| error.to_string())?;
        let Some(Value::FloatTensor(logits)) = outputs.pop() else {
            return Err("its output holds no 32-bit floats".into());
        };
        let first = logits.iter().next().copied().filter(|logit| logit.is_finite());
        first.map(f64::from).ok_or_else(|| "its output is empty or not finite".into())
    }
}

impl Larger for Onnx {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn wants(&self) -> Wants {
        self.wants
    }

    fn logit(&self, input: &[f32]) -> Option<f64> {
        self.answer(input).ok()
    }
}

fn input(model: &Model) -> Result<(NodeId, Wants), OnnxError> {
    let wrong = || {
        let each = model.input_ids().iter().map(|id| told(model, *id)).collect::<Vec<_>>();
        OnnxError::Input { found: if each.is_empty() { "none".into() } else { each.join(", ") } }
    };
    let &[id] = model.input_ids() else { return Err(wrong()) };
    let shape = model.node_info(id).filter(|info| is_float(info.dtype())).and_then(|info| info.shape());
    let Some([first, second]) = shape.as_deref() else { return Err(wrong()) };
    match (first, second) {
        (Dimension::Fixed(1) | Dimension::Symbolic(_), Dimension::Fixed(88)) => Ok((id, Wants::Functionals)),
        (Dimension::Fixed(1) | Dimension::Symbolic(_), Dimension::Symbolic(_)) => Ok((id, Wants::Samples)),
        _ => Err(wrong()),
    }
}

fn output(model: &Model) -> Result<NodeId, OnnxError> {
    let Some(&id) = model.output_ids().first() else {
        return Err(OnnxError::Output { found: "missing".into() });
    };
    // An exporter may leave the output's type out; then the trial tells.
    let known = model.node_info(id).and_then(|info| info.dtype());
    if known.is_some() && !is_float(known) {
        return Err(OnnxError::Output { found: told(model, id) });
    }
    Ok(id)
}

fn is_float(kind: Option<ValueType>) -> bool {
    matches!(kind, Some(ValueType::Tensor(DataType::Float)))
}

/// A value's name, type and shape.
fn told(model: &Model, id: NodeId) -> String {
    let Some(info) = model.node_info(id) else { return "unknown".into() };
    let length = |dimension: Dimension| match dimension {
        Dimension::Fixed(length) => length.to_string(),
        Dimension::Symbolic(name) => name,
    };
    let shape = info.shape().map(|shape| shape.into_iter().map(length).collect::<Vec<_>>().join(", "));
    let kind = info.dtype().map_or_else(|| "of no type".into(), |kind| kind.to_string());
    format!("{} ({kind}, [{}])", info.name().unwrap_or("without a name"), shape.unwrap_or_default())
}

/// What the model answers for once.
fn trial(wants: Wants) -> Vec<f32> {
    let turn = std::f32::consts::TAU * 200.0 / RATE as f32;
    let tone: Vec<f32> = (0..RATE).map(|i| 0.05 * (turn * i as f32).sin()).collect();
    match wants {
        Wants::Samples => tone,
        Wants::Functionals => {
            let mut functionals = gemaps::Functionals::new();
            gemaps::Extractor::new(gemaps::Rate::Narrow).push(&tone, |frame| functionals.push(frame));
            let values: [f32; NAMES.len()] = functionals.values();
            values.to_vec()
        }
    }
}
