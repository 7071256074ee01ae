//! Reads CTranslate2's `model.bin`, version 6 (`python/ctranslate2/specs/model_spec.py` of that project): a header, then
//! tensors by name, then aliases. All numbers are little-endian.

use std::collections::BTreeMap;

use super::ConvertError;

/// The version of the format that is read.
const VERSION: u32 = 6;

/// The type of a tensor's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit float.
    F32,
    /// 8-bit integer.
    I8,
    /// 16-bit integer.
    I16,
    /// 32-bit integer.
    I32,
    /// 16-bit float.
    F16,
    /// Brain float.
    Bf16,
}

impl Kind {
    fn of(id: u8) -> Option<Self> {
        [Self::F32, Self::I8, Self::I16, Self::I32, Self::F16, Self::Bf16].get(usize::from(id)).copied()
    }

    fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::I16 | Self::F16 | Self::Bf16 => 2,
            Self::I8 => 1,
        }
    }
}

/// One tensor, its data still in the file's bytes.
#[derive(Debug, Clone)]
pub struct Tensor<'a> {
    /// Its dimensions, slowest first; none for a single number.
    pub shape: Vec<usize>,
    /// The type of its numbers.
    pub kind: Kind,
    /// The numbers, little-endian.
    pub data: &'a [u8],
}

/// A parsed model.
#[derive(Debug)]
pub struct Model<'a> {
    /// Which kind of model it says it is, for example `WhisperSpec`.
    pub spec: String,
    tensors: BTreeMap<String, Tensor<'a>>,
}

impl<'a> Model<'a> {
    /// Parses a `model.bin`. Every length is checked against what is left of the file.
    ///
    /// # Errors
    /// Says at which byte the file is not what the format asks for.
    pub fn parse(file: &'a [u8]) -> Result<Self, ConvertError> {
        let mut reader = Reader { file, at: 0 };
        let version = reader.u32()?;
        if version != VERSION {
            return Err(ConvertError::Unfit(format!(
                "its format version is {version}, and {VERSION} is read"
            )));
        }
        let spec = reader.string()?;
        let _revision = reader.u32()?;
        let count = reader.u32()?;
        let mut tensors = BTreeMap::new();
        for _ in 0..count {
            let name = reader.string()?;
            let tensor = reader.tensor(&name)?;
            tensors.insert(name, tensor);
        }
        for _ in 0..reader.u32()? {
            let (alias, name) = (reader.string()?, reader.string()?);
            let Some(tensor) = tensors.get(&name).cloned() else {
                return Err(reader.damaged(format!("the alias {alias:?} names no tensor: {name:?}")));
            };
            tensors.insert(alias, tensor);
        }
        if reader.at != file.len() {
            return Err(reader.damaged(format!("{} bytes are left over", file.len() - reader.at)));
        }
        Ok(Self { spec, tensors })
    }

    /// A tensor by name.
    ///
    /// # Errors
    /// When the model has none of that name.
    pub fn tensor(&self, name: &str) -> Result<&Tensor<'a>, ConvertError> {
        self.tensors.get(name).ok_or_else(|| ConvertError::Unfit(format!("it has no tensor {name:?}")))
    }

    /// How many layers there are under a prefix such as `encoder`.
    pub(super) fn layers(&self, prefix: &str) -> usize {
        (0..)
            .take_while(|n| self.tensors.contains_key(&format!("{prefix}/layer_{n}/ffn/layer_norm/beta")))
            .count()
    }
}

struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], ConvertError> {
        let taken = self.at.checked_add(count).and_then(|end| self.file.get(self.at..end));
        let Some(taken) = taken else {
            return Err(self.damaged(format!("it ends within {what}")));
        };
        self.at += count;
        Ok(taken)
    }

    fn number<const N: usize>(&mut self) -> Result<[u8; N], ConvertError> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N, "a number")?);
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, ConvertError> {
        Ok(u32::from_le_bytes(self.number()?))
    }

    /// A length that counts the closing zero byte, then the text.
    fn string(&mut self) -> Result<String, ConvertError> {
        let length = usize::from(u16::from_le_bytes(self.number()?));
        let bytes = self.take(length, "a name")?;
        let text = bytes.strip_suffix(&[0]).map(<[u8]>::to_vec);
        text.and_then(|text| String::from_utf8(text).ok())
            .ok_or_else(|| self.damaged("a name is not text that ends with a zero byte".into()))
    }

    fn tensor(&mut self, name: &str) -> Result<Tensor<'a>, ConvertError> {
        let [rank] = self.number()?;
        let mut shape = Vec::with_capacity(usize::from(rank));
        for _ in 0..rank {
            shape.push(self.u32()? as usize);
        }
        let [kind] = self.number()?;
        let kind = Kind::of(kind)
            .ok_or_else(|| self.damaged(format!("{name:?} has numbers of the unknown type {kind}")))?;
        let bytes = self.u32()? as usize;
        let wanted = shape.iter().try_fold(kind.bytes(), |size, &dimension| size.checked_mul(dimension));
        if wanted != Some(bytes) {
            return Err(self.damaged(format!("{name:?} of shape {shape:?} says that it has {bytes} bytes")));
        }
        let data = self.take(bytes, &format!("the data of {name:?}"))?;
        Ok(Tensor { shape, kind, data })
    }

    fn damaged(&self, what: String) -> ConvertError {
        ConvertError::Damaged { at: self.at, what }
    }
}

impl Tensor<'_> {
    /// The numbers as 32-bit floats.
    ///
    /// # Errors
    /// When they are not floats: quantised models cannot be brought back.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>, ConvertError> {
        match self.kind {
            Kind::F32 => Ok(self.data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()),
            Kind::F16 => {
                Ok(self.data.as_chunks().0.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect())
            }
            Kind::Bf16 => {
                Ok(self.data.as_chunks().0.iter().map(|&b| half::bf16::from_le_bytes(b).to_f32()).collect())
            }
            Kind::I8 | Kind::I16 | Kind::I32 => Err(ConvertError::Unfit(format!(
                "{name:?} has {:?} numbers; only models with float weights can be converted",
                self.kind
            ))),
        }
    }

    /// A single whole number.
    pub(super) fn whole(&self, name: &str) -> Result<usize, ConvertError> {
        let number = match (self.kind, self.data) {
            (Kind::I8, [a]) => i64::from(*a as i8),
            (Kind::I16, [a, b]) => i64::from(i16::from_le_bytes([*a, *b])),
            (Kind::I32, [a, b, c, d]) => i64::from(i32::from_le_bytes([*a, *b, *c, *d])),
            _ => -1,
        };
        usize::try_from(number)
            .map_err(|_| ConvertError::Unfit(format!("{name:?} is not a single whole number")))
    }
}
