//! What the centre knows: articles, and how the fitting one is found.
//!
//! [`Article`]s in Markdown, HTML, CSV or plain text are cut into passages under their headings. A [`Library`] finds them in two
//! ways at once. *By words*: BM25 over words, Chinese characters and pairs of characters, which forgives typing errors, takes pinyin
//! for the characters it spells, and completes the word being typed. *By meaning*: the nearest passages by the sentence encoder of
//! `calmline-language`, which also finds an English article by Chinese words; without an encoder words alone do. Both lists
//! vote by rank for articles, and the passage that speaks most to the question is quoted.
//!
//! Who may see what is decided before anything is ranked: [`Viewer`] and [`Visibility`]. What was asked and not found
//! becomes a list for the owners: [`Gaps`].

mod article;
mod dense;
mod gaps;
mod lexical;
mod library;
mod passages;
mod sounds;
mod terms;
mod vocabulary;

pub use article::{Article, ArticleId, Form, Viewer, Visibility};
pub use gaps::{Gap, Gaps};
pub use library::{Hit, Library, Query};
pub use passages::{ArticleError, Passage};
