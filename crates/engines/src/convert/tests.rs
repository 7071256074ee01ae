//! Converts a tiny model that is built here, and breaks it in many ways.

use super::*;

/// Dimensions of the tiny model, all different so that a mix-up shows.
const VOCABULARY: usize = 7;
const AUDIO_CONTEXT: usize = 6;
const TEXT_CONTEXT: usize = 5;
const STATE: usize = 4;
const BANDS: usize = 3;
const HEADS: i16 = 2;
const WORDS: &str = "a\nĠb\n\n<|endoftext|>\n<|startoftranscript|>\n<|0.00|>\n<|0.02|>\n";

#[derive(Default)]
struct Builder {
    tensors: Vec<(String, Vec<usize>, u8, Vec<u8>)>,
}

impl Builder {
    /// Numbers that tell where they came from: the count of tensors so far, plus a step per number.
    fn halves(&mut self, name: &str, shape: &[usize]) {
        let count: usize = shape.iter().product();
        let base = self.tensors.len() as f32;
        let numbers = (0..count).flat_map(|n| half::f16::from_f32(base + n as f32 / 64.0).to_le_bytes());
        self.tensors.push((name.into(), shape.to_vec(), 4, numbers.collect()));
    }

    fn linear(&mut self, name: &str, rows: usize, columns: usize) {
        self.halves(&format!("{name}/weight"), &[rows, columns]);
        self.halves(&format!("{name}/bias"), &[rows]);
    }

    fn norm(&mut self, name: &str) {
        self.halves(&format!("{name}/gamma"), &[STATE]);
        self.halves(&format!("{name}/beta"), &[STATE]);
    }

    fn layer(&mut self, name: &str, crossed: bool) {
        self.norm(&format!("{name}/self_attention/layer_norm"));
        self.linear(&format!("{name}/self_attention/linear_0"), 3 * STATE, STATE);
        self.linear(&format!("{name}/self_attention/linear_1"), STATE, STATE);
        if crossed {
            self.norm(&format!("{name}/attention/layer_norm"));
            self.linear(&format!("{name}/attention/linear_0"), STATE, STATE);
            self.linear(&format!("{name}/attention/linear_1"), 2 * STATE, STATE);
            self.linear(&format!("{name}/attention/linear_2"), STATE, STATE);
        }
        self.norm(&format!("{name}/ffn/layer_norm"));
        self.linear(&format!("{name}/ffn/linear_0"), 4 * STATE, STATE);
        self.linear(&format!("{name}/ffn/linear_1"), STATE, 4 * STATE);
    }

    fn whisper() -> Self {
        let mut model = Self::default();
        for side in ["encoder", "decoder"] {
            model.tensors.push((format!("{side}/num_heads"), Vec::new(), 2, HEADS.to_le_bytes().into()));
            model.norm(&format!("{side}/layer_norm"));
            model.layer(&format!("{side}/layer_0"), side == "decoder");
        }
        model.halves("encoder/position_encodings/encodings", &[AUDIO_CONTEXT, STATE]);
        model.halves("decoder/position_encodings/encodings", &[TEXT_CONTEXT, STATE]);
        model.halves("decoder/embeddings/weight", &[VOCABULARY, STATE]);
        model.halves("encoder/conv1/weight", &[STATE, BANDS, 3]);
        model.halves("encoder/conv1/bias", &[STATE]);
        model.halves("encoder/conv2/weight", &[STATE, STATE, 3]);
        model.halves("encoder/conv2/bias", &[STATE]);
        model
    }

    fn bytes(&self) -> Vec<u8> {
        let mut file = 6_u32.to_le_bytes().to_vec();
        text(&mut file, "WhisperSpec");
        number(&mut file, 3);
        number(&mut file, self.tensors.len());
        for (name, shape, kind, data) in &self.tensors {
            text(&mut file, name);
            file.push(shape.len() as u8);
            for &dimension in shape {
                number(&mut file, dimension);
            }
            file.push(*kind);
            number(&mut file, data.len());
            file.extend(data);
        }
        number(&mut file, 1);
        text(&mut file, "decoder/projection/weight");
        text(&mut file, "decoder/embeddings/weight");
        file
    }
}

fn number(file: &mut Vec<u8>, number: usize) {
    file.extend((number as u32).to_le_bytes());
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u16 + 1).to_le_bytes());
    file.extend(text.as_bytes());
    file.push(0);
}

fn convert(model: &[u8]) -> Result<Vec<u8>, ConvertError> {
    let mut out = Vec::new();
    whisper(model, WORDS, &mut out)?;
    Ok(out)
}

/// Reads a ggml file as whisper.cpp's `whisper_model_load` does.
struct Ggml {
    head: Vec<u32>,
    words: Vec<Vec<u8>>,
    tensors: Vec<(String, Vec<u32>, Vec<f32>)>,
}

impl Ggml {
    fn read(mut file: &[u8]) -> Self {
        let head = (0..14).map(|_| read_u32(&mut file)).collect::<Vec<_>>();
        let filters = head[12] as usize * head[13] as usize;
        take(&mut file, filters * 4);
        let words = (0..read_u32(&mut file))
            .map(|_| {
                let length = read_u32(&mut file) as usize;
                take(&mut file, length).to_vec()
            })
            .collect();
        let mut tensors = Vec::new();
        while !file.is_empty() {
            let (rank, length, kind) = (read_u32(&mut file), read_u32(&mut file), read_u32(&mut file));
            let shape: Vec<u32> = (0..rank).map(|_| read_u32(&mut file)).collect();
            let name = String::from_utf8(take(&mut file, length as usize).to_vec()).unwrap();
            let count = shape.iter().product::<u32>() as usize;
            let data = if kind == 0 {
                take(&mut file, count * 4).as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
            } else {
                let data = take(&mut file, count * 2).as_chunks().0;
                data.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect()
            };
            tensors.push((name, shape, data));
        }
        Self { head, words, tensors }
    }

    fn tensor(&self, name: &str) -> (&[u32], &[f32]) {
        let (_, shape, data) = self.tensors.iter().find(|(n, ..)| n == name).unwrap();
        (shape, data)
    }
}

fn take<'a>(file: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = file.split_at(count);
    *file = rest;
    taken
}

fn read_u32(file: &mut &[u8]) -> u32 {
    u32::from_le_bytes(take(file, 4).try_into().unwrap())
}

#[test]
fn a_model_keeps_its_sizes_words_and_numbers() {
    let model = Builder::whisper();
    let file = model.bytes();
    let ggml = Ggml::read(&convert(&file).unwrap());
    assert_eq!(ggml.head, [0x6767_6d6c, 7, 6, 4, 2, 1, 5, 4, 2, 1, 3, 1, 3, 201]);
    assert_eq!(ggml.words, [b"a".to_vec(), b" b".to_vec(), Vec::new()]);
    // whisper.cpp: 11 tensors beside the layers, 15 per encoder layer, 24 per decoder layer.
    assert_eq!(ggml.tensors.len(), 11 + 15 + 24);

    let parsed = Model::parse(&file).unwrap();
    let joined = parsed.tensor("decoder/layer_0/self_attention/linear_0/weight").unwrap().floats("").unwrap();
    let (shape, key) = ggml.tensor("decoder.blocks.0.attn.key.weight");
    assert_eq!((shape, key), (&[4, 4][..], &joined[16..32]));
    let joined = parsed.tensor("decoder/layer_0/attention/linear_1/bias").unwrap().floats("").unwrap();
    assert_eq!(ggml.tensor("decoder.blocks.0.cross_attn.value.bias").1, &joined[4..]);
    assert_eq!(ggml.tensor("encoder.conv1.weight").0, [3, 3, 4]);
    assert_eq!(ggml.tensor("encoder.conv2.bias").0, [1, 4]);
    assert_eq!(ggml.tensor("encoder.blocks.0.mlp.0.weight").0, [4, 16]);
    assert!(!ggml.tensors.iter().any(|(name, ..)| name.ends_with("key.bias")));
}

#[test]
fn every_cut_is_noticed_and_none_panics() {
    let file = Builder::whisper().bytes();
    for length in 0..file.len() {
        let error = convert(&file[..length]).unwrap_err();
        assert!(matches!(error, ConvertError::Damaged { .. }), "cut at {length}: {error}");
    }
    let mut longer = file;
    longer.push(0);
    assert!(convert(&longer).unwrap_err().to_string().contains("1 bytes are left over"));
}

#[test]
fn flipped_bytes_never_panic() {
    let file = Builder::whisper().bytes();
    for at in 0..file.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut broken = file.clone();
            broken[at] ^= flip;
            let _ = convert(&broken);
        }
    }
}

#[test]
fn another_kind_of_model_is_refused_by_name() {
    let mut quantised = Builder::whisper();
    let weight = quantised.tensors.iter_mut().find(|(name, ..)| name == "encoder/conv1/weight").unwrap();
    weight.2 = 1;
    weight.3.truncate(STATE * BANDS * 3);
    let error = convert(&quantised.bytes()).unwrap_err();
    assert!(
        error.to_string().contains("encoder/conv1/weight") && error.to_string().contains("I8"),
        "{error}"
    );

    let mut version_5 = Builder::whisper().bytes();
    version_5[0] = 5;
    assert!(convert(&version_5).unwrap_err().to_string().contains("version is 5"));

    let mut headless = Builder::whisper();
    headless.tensors.retain(|(name, ..)| name != "decoder/num_heads");
    assert!(convert(&headless.bytes()).unwrap_err().to_string().contains("decoder/num_heads"));

    let words = "a\n".repeat(9) + "<|endoftext|>\n";
    let error = whisper(&Builder::whisper().bytes(), &words, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the vocabulary does not fit: it has 9 words, and the model 7");
}
