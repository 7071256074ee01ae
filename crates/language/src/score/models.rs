//! The models that the program carries; `models/MODEL_CARD.md` says what they were fitted on and what they reach.

use std::sync::LazyLock;

use crate::linear::Model;

/// The models by the names of their files, with what the files hold.
pub const MODELS: [(&str, &[u8]); 3] = [
    ("sentiment_en.clm", include_bytes!("../../models/sentiment_en.clm")),
    ("abuse_en.clm", include_bytes!("../../models/abuse_en.clm")),
    ("abuse_zh.clm", include_bytes!("../../models/abuse_zh.clm")),
];

static SENTIMENT_EN: LazyLock<Option<Model>> = LazyLock::new(|| Model::from_bytes(MODELS[0].1).ok());
static ABUSE_EN: LazyLock<Option<Model>> = LazyLock::new(|| Model::from_bytes(MODELS[1].1).ok());
static ABUSE_ZH: LazyLock<Option<Model>> = LazyLock::new(|| Model::from_bytes(MODELS[2].1).ok());

// A file that is no model is caught by the test below; a program built with one reads nothing rather than fall over.

pub(super) fn sentiment() -> Option<&'static Model> {
    SENTIMENT_EN.as_ref()
}

pub(super) fn abuse_en() -> Option<&'static Model> {
    ABUSE_EN.as_ref()
}

pub(super) fn abuse_zh() -> Option<&'static Model> {
    ABUSE_ZH.as_ref()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_model_loads_and_tells_its_classes_apart() {
        for (name, model, classes) in [
            ("sentiment_en", super::sentiment(), 3),
            ("abuse_en", super::abuse_en(), 2),
            ("abuse_zh", super::abuse_zh(), 2),
        ] {
            let model = model.unwrap_or_else(|| panic!("{name} is no model"));
            assert_eq!(model.classify("hello 你好").len(), classes, "{name}");
        }
    }
}
