//! A real model, fetched by name and converted.

use std::fs;

use calmline_engines::{
    cache::Cache,
    fetch::{self, Model},
};

#[test]
fn the_test_model_is_fetched_once_and_is_a_whole_ggml_file() {
    let cache = Cache::of_user().unwrap();
    let path = match fetch::model(&cache, Model::WhisperTinyEn, &mut |_| {}) {
        Ok(path) => path,
        Err(error) => {
            calmline_testing::skipped(error);
            return;
        }
    };
    let file = fs::read(&path).unwrap();
    let numbers: Vec<u32> = file[..48].as_chunks().0.iter().map(|&b| u32::from_le_bytes(b)).collect();
    // OpenAI's dimensions of tiny.en: vocabulary, audio and text context, state, heads and layers, mel bands.
    assert_eq!(numbers, [0x6767_6d6c, 51_864, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1]);
    // Every weight has two bytes, and the norms, biases and positions four.
    assert!((77_000_000..78_500_000).contains(&file.len()), "{} bytes", file.len());
    let mut steps = Vec::new();
    assert_eq!(fetch::model(&cache, Model::WhisperTinyEn, &mut |step| steps.push(step)).unwrap(), path);
    assert!(steps.is_empty(), "it was fetched again: {steps:?}");
    assert_eq!(fetch::cached_model(&cache, Model::WhisperTinyEn).unwrap(), Some(path));
}
