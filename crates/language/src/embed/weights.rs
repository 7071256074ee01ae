//! The encoder's file: `CLE1`, the length of the model of pieces and that model, then the table of pieces (one byte per
//! number, piece by piece), then all other weights as little-endian f32 in the order in which [`Weights`] names them.

use ndarray::{Array1, Array2, s};

use super::{EmbedError, pieces::Pieces};

/// Numbers per piece.
pub(super) const PIECE: usize = 512;
/// Numbers per convolution.
pub(super) const CHANNELS: usize = 256;
/// The convolutions: how many pieces each sees, and how many of them lie before its own.
pub(super) const WINDOWS: [(usize, usize); 3] = [(2, 0), (3, 1), (5, 2)];
/// Rows of the table; the step and the least value of its bytes differ by a row's number modulo [`GROUPS`].
const ROWS: usize = GROUPS * 7_530;
const GROUPS: usize = 17;
/// What is summed over a text: its pieces and what each convolution found.
pub(super) const POOLED: usize = PIECE + WINDOWS.len() * CHANNELS;
/// Added to a variance before its root is taken.
pub(super) const EPSILON: f32 = 1e-12;

/// Two convolutions, the second over what the first found.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) first: Array2<f32>,
    pub(super) first_bias: Array1<f32>,
    pub(super) second: Array2<f32>,
    pub(super) second_bias: Array1<f32>,
}

/// All that the encoder has learned.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) pieces: Pieces,
    table: Vec<u8>,
    step: Array1<f32>,
    least: Array1<f32>,
    /// For all convolutions side by side: what a piece is projected by before they see it, and its normalisation.
    pub(super) project: Array2<f32>,
    pub(super) project_bias: Array1<f32>,
    pub(super) seen_scale: Array1<f32>,
    pub(super) seen_bias: Array1<f32>,
    pub(super) branches: Vec<Branch>,
    pub(super) norm_scale: Array1<f32>,
    pub(super) norm_bias: Array1<f32>,
    pub(super) fold: Array2<f32>,
    pub(super) fold_bias: Array1<f32>,
    pub(super) dense: [Array2<f32>; 4],
    pub(super) skip: [Array2<f32>; 2],
}

impl Weights {
    /// Reads the file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, EmbedError> {
        let rest = bytes.strip_prefix(b"CLE1").ok_or(EmbedError::Magic)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(EmbedError::Magic)?;
        let length = u32::from_le_bytes(*length) as usize;
        let wanted = 8 + length + ROWS * PIECE + 4 * floats();
        if bytes.len() != wanted {
            return Err(EmbedError::Length { wanted, found: bytes.len() });
        }
        let (model, rest) = rest.split_at(length);
        let (table, rest) = rest.split_at(ROWS * PIECE);
        let pieces = Pieces::read(model)?;
        if pieces.len() > ROWS {
            return Err(EmbedError::Pieces);
        }
        let mut numbers = Numbers(rest);
        let (step, least) = (numbers.row(GROUPS)?, numbers.row(GROUPS)?);
        let seen = WINDOWS.len() * CHANNELS;
        let mut project = Array2::zeros((PIECE, seen));
        let [mut project_bias, mut seen_scale, mut seen_bias] = [(); 3].map(|()| Array1::zeros(seen));
        let mut branches = Vec::new();
        for (at, (width, _)) in WINDOWS.iter().enumerate() {
            let columns = at * CHANNELS..(at + 1) * CHANNELS;
            project.slice_mut(s![.., columns.clone()]).assign(&numbers.matrix(PIECE, CHANNELS)?);
            for row in [&mut project_bias, &mut seen_scale, &mut seen_bias] {
                row.slice_mut(s![columns.clone()]).assign(&numbers.row(CHANNELS)?);
            }
            branches.push(numbers.branch(*width)?);
        }
        let weights = Self {
            pieces,
            table: table.to_vec(),
            step,
            least,
            project,
            project_bias,
            seen_scale,
            seen_bias,
            branches,
            norm_scale: numbers.row(POOLED)?,
            norm_bias: numbers.row(POOLED)?,
            fold: numbers.matrix(POOLED, 512)?,
            fold_bias: numbers.row(512)?,
            dense: [
                numbers.matrix(512, 320)?,
                numbers.matrix(320, 320)?,
                numbers.matrix(320, 512)?,
                numbers.matrix(512, 512)?,
            ],
            skip: [numbers.matrix(512, 320)?, numbers.matrix(320, 512)?],
        };
        Ok(weights)
    }

    /// The numbers of a piece.
    pub(super) fn piece(&self, number: u32) -> impl Iterator<Item = f32> + '_ {
        let row = (number as usize).min(ROWS - 1);
        let (step, least) = (self.step[row % GROUPS], self.least[row % GROUPS]);
        self.table[row * PIECE..][..PIECE].iter().map(move |byte| f32::from(*byte) * step + least)
    }
}

/// How many numbers follow the table.
fn floats() -> usize {
    let branch = |width: usize| PIECE * CHANNELS + 5 * CHANNELS + 2 * width * CHANNELS * CHANNELS;
    let branches: usize = WINDOWS.iter().map(|(width, _)| branch(*width)).sum();
    let dense = 512 * 320 + 320 * 320 + 320 * 512 + 512 * 512 + 512 * 320 + 320 * 512;
    2 * GROUPS + branches + 2 * POOLED + POOLED * 512 + 512 + dense
}

/// What is left of the numbers.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn row(&mut self, length: usize) -> Result<Array1<f32>, EmbedError> {
        let (numbers, rest) = self.0.split_at_checked(length * 4).ok_or(EmbedError::Pieces)?;
        self.0 = rest;
        let row: Array1<f32> =
            numbers.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if row.iter().all(|number| number.is_finite()) { Ok(row) } else { Err(EmbedError::NotFinite) }
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Result<Array2<f32>, EmbedError> {
        self.row(rows * columns)?.into_shape_with_order((rows, columns)).map_err(|_| EmbedError::Pieces)
    }

    fn branch(&mut self, width: usize) -> Result<Branch, EmbedError> {
        Ok(Branch {
            first: self.matrix(width * CHANNELS, CHANNELS)?,
            first_bias: self.row(CHANNELS)?,
            second: self.matrix(width * CHANNELS, CHANNELS)?,
            second_bias: self.row(CHANNELS)?,
        })
    }
}
