//! Writes whisper.cpp's ggml file: hyperparameters, mel filters, vocabulary, tensors. All numbers are little-endian.

use std::io::Write;

use super::{
    ConvertError,
    ctranslate2::{Kind, Model, Tensor},
    mel,
};

/// "ggml" read as a number.
const MAGIC: u32 = 0x6767_6d6c;
/// `ftype` of a file whose matrices are 16-bit floats; also the type of such a tensor. 0 is 32-bit float.
const F16: u32 = 1;
const F32: u32 = 0;

/// Writes the file.
pub(super) fn write(model: &Model<'_>, words: &[Vec<u8>], out: &mut impl Write) -> Result<(), ConvertError> {
    if model.spec != "WhisperSpec" {
        return Err(ConvertError::Unfit(format!("it is a {:?}", model.spec)));
    }
    let mut file = File { model, out };
    file.head(words)?;
    file.encoder()?;
    file.decoder()
}

struct File<'a, W> {
    model: &'a Model<'a>,
    out: &'a mut W,
}

impl<W: Write> File<'_, W> {
    fn head(&mut self, words: &[Vec<u8>]) -> Result<(), ConvertError> {
        let [vocabulary, text_state] = self.shape("decoder/embeddings/weight")?;
        let [audio_context, audio_state] = self.shape("encoder/position_encodings/encodings")?;
        let [text_context, _] = self.shape("decoder/position_encodings/encodings")?;
        let [_, bands, _] = self.shape("encoder/conv1/weight")?;
        if words.len() >= vocabulary {
            let count = words.len();
            return Err(ConvertError::Vocabulary(format!(
                "it has {count} words, and the model {vocabulary}"
            )));
        }
        self.number(MAGIC)?;
        for size in [
            vocabulary,
            audio_context,
            audio_state,
            self.whole("encoder/num_heads")?,
            self.model.layers("encoder"),
            text_context,
            text_state,
            self.whole("decoder/num_heads")?,
            self.model.layers("decoder"),
            bands,
        ] {
            self.size(size)?;
        }
        self.number(F16)?;
        self.size(bands)?;
        self.size(mel::BINS)?;
        self.floats(&mel::filterbank(bands))?;
        self.size(words.len())?;
        for word in words {
            self.size(word.len())?;
            self.out.write_all(word)?;
        }
        Ok(())
    }

    fn encoder(&mut self) -> Result<(), ConvertError> {
        self.table("encoder.positional_embedding", "encoder/position_encodings/encodings")?;
        for n in [1, 2] {
            self.matrix(&format!("encoder.conv{n}.weight"), &format!("encoder/conv{n}/weight"))?;
            let bias = format!("encoder/conv{n}/bias");
            let values = self.model.tensor(&bias)?.floats(&bias)?;
            // whisper.cpp adds it to a row per channel.
            self.tensor(&format!("encoder.conv{n}.bias"), &[values.len(), 1], F32)?;
            self.floats(&values)?;
        }
        self.norm("encoder.ln_post", "encoder/layer_norm")?;
        for n in 0..self.model.layers("encoder") {
            let (to, from) = (format!("encoder.blocks.{n}"), format!("encoder/layer_{n}"));
            self.self_attention(&to, &from)?;
            self.feed_forward(&to, &from)?;
        }
        Ok(())
    }

    fn decoder(&mut self) -> Result<(), ConvertError> {
        self.table("decoder.positional_embedding", "decoder/position_encodings/encodings")?;
        self.matrix("decoder.token_embedding.weight", "decoder/embeddings/weight")?;
        self.norm("decoder.ln", "decoder/layer_norm")?;
        for n in 0..self.model.layers("decoder") {
            let (to, from) = (format!("decoder.blocks.{n}"), format!("decoder/layer_{n}"));
            self.self_attention(&to, &from)?;
            self.cross_attention(&to, &from)?;
            self.feed_forward(&to, &from)?;
        }
        Ok(())
    }

    /// CTranslate2 keeps query, key and value as one matrix, one below the other; the key has no bias in Whisper.
    fn self_attention(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        let (to, from) = (format!("{to}.attn"), format!("{from}/self_attention"));
        self.norm(&format!("{to}_ln"), &format!("{from}/layer_norm"))?;
        let joined = format!("{from}/linear_0");
        self.part(&format!("{to}.query"), &joined, (0, 3), true)?;
        self.part(&format!("{to}.key"), &joined, (1, 3), false)?;
        self.part(&format!("{to}.value"), &joined, (2, 3), true)?;
        self.part(&format!("{to}.out"), &format!("{from}/linear_1"), (0, 1), true)
    }

    fn cross_attention(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        let (to, from) = (format!("{to}.cross_attn"), format!("{from}/attention"));
        self.norm(&format!("{to}_ln"), &format!("{from}/layer_norm"))?;
        self.part(&format!("{to}.query"), &format!("{from}/linear_0"), (0, 1), true)?;
        let joined = format!("{from}/linear_1");
        self.part(&format!("{to}.key"), &joined, (0, 2), false)?;
        self.part(&format!("{to}.value"), &joined, (1, 2), true)?;
        self.part(&format!("{to}.out"), &format!("{from}/linear_2"), (0, 1), true)
    }

    fn feed_forward(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"))?;
        self.part(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"), (0, 1), true)?;
        self.part(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"), (0, 1), true)
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.table(&format!("{to}.weight"), &format!("{from}/gamma"))?;
        self.table(&format!("{to}.bias"), &format!("{from}/beta"))
    }

    /// A linear layer, or one of several that are joined by rows: its matrix and, if it has one, its bias.
    fn part(
        &mut self,
        to: &str,
        from: &str,
        (part, parts): (usize, usize),
        bias: bool,
    ) -> Result<(), ConvertError> {
        let (weight, offset) = (format!("{from}/weight"), format!("{from}/bias"));
        let [rows, columns] = self.shape(&weight)?;
        let [biases] = self.shape(&offset)?;
        if rows % parts != 0 || biases != rows {
            return Err(ConvertError::Unfit(format!("{from:?} has {rows} rows and {biases} biases")));
        }
        let rows = rows / parts;
        let data = self.halves(&weight)?;
        let bytes = rows * columns * 2;
        self.tensor(&format!("{to}.weight"), &[rows, columns], F16)?;
        self.out.write_all(&data[part * bytes..][..bytes])?;
        if !bias {
            return Ok(());
        }
        let values = self.model.tensor(&offset)?.floats(&offset)?;
        self.tensor(&format!("{to}.bias"), &[rows], F32)?;
        self.floats(&values[part * rows..][..rows])
    }

    /// A tensor that whisper.cpp wants as 16-bit floats.
    fn matrix(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        let shape = self.model.tensor(from)?.shape.clone();
        let data = self.halves(from)?;
        self.tensor(to, &shape, F16)?;
        Ok(self.out.write_all(&data)?)
    }

    /// A tensor that whisper.cpp wants as 32-bit floats.
    fn table(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        let tensor = self.model.tensor(from)?;
        let values = tensor.floats(from)?;
        let shape = tensor.shape.clone();
        self.tensor(to, &shape, F32)?;
        self.floats(&values)
    }

    fn tensor(&mut self, name: &str, shape: &[usize], kind: u32) -> Result<(), ConvertError> {
        self.size(shape.len())?;
        self.size(name.len())?;
        self.number(kind)?;
        // ggml counts dimensions from the fastest.
        for &dimension in shape.iter().rev() {
            self.size(dimension)?;
        }
        Ok(self.out.write_all(name.as_bytes())?)
    }

    fn halves(&self, name: &str) -> Result<Vec<u8>, ConvertError> {
        let tensor = self.model.tensor(name)?;
        if tensor.kind == Kind::F16 {
            return Ok(tensor.data.to_vec());
        }
        let values = tensor.floats(name)?;
        Ok(values.into_iter().flat_map(|value| half::f16::from_f32(value).to_le_bytes()).collect())
    }

    fn floats(&mut self, values: &[f32]) -> Result<(), ConvertError> {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        Ok(self.out.write_all(&bytes)?)
    }

    fn size(&mut self, size: usize) -> Result<(), ConvertError> {
        let number = u32::try_from(size)
            .map_err(|_| ConvertError::Unfit(format!("a size of {size} does not fit into the file")))?;
        self.number(number)
    }

    fn number(&mut self, number: u32) -> Result<(), ConvertError> {
        Ok(self.out.write_all(&number.to_le_bytes())?)
    }

    fn shape<const N: usize>(&self, name: &str) -> Result<[usize; N], ConvertError> {
        let Tensor { shape, .. } = self.model.tensor(name)?;
        shape.as_slice().try_into().map_err(|_| {
            ConvertError::Unfit(format!("{name:?} has the shape {shape:?}, and {N} dimensions are wanted"))
        })
    }

    fn whole(&self, name: &str) -> Result<usize, ConvertError> {
        self.model.tensor(name)?.whole(name)
    }
}
