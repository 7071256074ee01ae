//! Which model of voice affect a command uses.

use std::{path::Path, sync::Arc};

use calmline_sense::AffectModel;

use crate::{failure::Failure, said::Said};

/// The model that comes with Calmline, or with a larger one in its slot, whose name and hash are then said.
pub fn load(path: Option<&Path>, said: &Said) -> Result<Arc<AffectModel>, Failure> {
    let Some(path) = path else { return Ok(AffectModel::shipped()) };
    let model = larger(path)?;
    if let Some(larger) = model.larger() {
        let identity = larger.identity();
        let words = said.both("model of voice affect in use:", "使用的语音情绪模型：");
        said.note(format!("{words} {} sha256 {}", identity.name, identity.sha256));
    }
    Ok(Arc::new(model))
}

#[cfg(feature = "onnx")]
fn larger(path: &Path) -> Result<AffectModel, Failure> {
    let larger = calmline_engines::onnx::Onnx::load(path)
        .map_err(|error| Failure::Input(format!("the affect model: {error}")))?;
    Ok(AffectModel::clone(&AffectModel::shipped()).with_larger(Arc::new(larger)))
}

#[cfg(not(feature = "onnx"))]
fn larger(path: &Path) -> Result<AffectModel, Failure> {
    Err(Failure::Input(format!(
        "the affect model {}: this build runs no ONNX models; build with --features onnx",
        path.display()
    )))
}
