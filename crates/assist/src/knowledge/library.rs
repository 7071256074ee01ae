//! The articles, and the search for the one that answers.

use std::{collections::BTreeMap, ops::Range};

use calmline_core::Share;
use calmline_language::embed::Encoder;

use super::{
    article::{Article, ArticleId, Viewer, Visibility},
    dense::{Dense, Vector},
    lexical::Lexical,
    passages::{self, ArticleError, Passage},
    terms::{all_terms, tokens},
    vocabulary::{Meant, Vocabulary},
};
use crate::sentences::sentences;

/// Passages that may vote for their article, from each of the two ways.
const VOTERS: usize = 40;
/// How much a later rank still counts: a vote is 1 / (`RANKS` + rank), reciprocal rank fusion (Cormack, Clarke and Büttcher
/// 2009). They take 60 to fuse lists of documents; here passages vote, and the first few matter most. Seen on a fifth of
/// BANKING77's training part (right first of 2,001): 60 → 0.864, 8 → 0.885, 3 → 0.899.
const RANKS: f32 = 2.0;
/// The votes of meaning beside those of words; twice as many gave 0.876 with 8 above.
const MEANING: f32 = 1.0;

/// A question.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// What is asked.
    pub text: &'a str,
    /// Whether the last word may not be over, as in a search box.
    pub typing: bool,
    /// At most so many articles.
    pub limit: usize,
}

/// An article that may answer, and the passage that speaks most to the question.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit<'a> {
    /// The article.
    pub article: &'a Article,
    /// The passage.
    pub passage: &'a Passage,
    /// The sentence of the passage's text to quote, in bytes.
    pub quote: Range<usize>,
    /// The share of what is rare in the question that the passage has in words.
    pub words: Share,
    /// The cosine between the question and the passage, where meanings are compared.
    pub meaning: Option<Share>,
    /// The votes for the article: more is better, within one search.
    pub votes: f32,
}

/// An article, cut and read.
#[derive(Debug)]
struct Stored {
    article: Article,
    passages: Vec<Passage>,
    /// For each passage, where it was read with an encoder.
    vectors: Vec<Vector>,
}

/// What is derived from all articles.
#[derive(Debug, Default)]
struct Index {
    /// For each passage the article's place and the passage's in it.
    places: Vec<(u32, u32)>,
    /// For each passage the place of its article's visibility.
    visible_to: Vec<u16>,
    visibilities: Vec<Visibility>,
    vocabulary: Vocabulary,
    lexical: Lexical,
    /// Where all passages have been read with an encoder.
    dense: Option<Dense>,
}

/// The centre's articles.
#[derive(Debug, Default)]
pub struct Library {
    /// Ascending by id.
    articles: Vec<Stored>,
    index: Index,
}

impl Library {
    /// Takes in articles, new or in a newer version, and says of which ones nothing came: those that cannot be read. An older version
    /// than the one here is passed over. With an encoder meanings are compared from now on; passages that did not
    /// change are not read again.
    pub fn put(&mut self, articles: Vec<Article>, encoder: Option<&mut Encoder>) -> Vec<ArticleError> {
        let mut faults = Vec::new();
        for article in articles {
            let place = self.place(&article.id);
            if place.is_ok_and(|place| self.articles[place].article.version > article.version) {
                continue;
            }
            let passages = match passages::cut(&article) {
                Ok(passages) => passages,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            let stored = Stored { article, passages, vectors: Vec::new() };
            match place {
                Ok(place) => {
                    let old = std::mem::replace(&mut self.articles[place], stored);
                    self.articles[place].keep(old);
                }
                Err(place) => self.articles.insert(place, stored),
            }
        }
        if let Some(encoder) = encoder {
            self.articles.iter_mut().for_each(|stored| stored.read(encoder));
        }
        self.index = Index::of(&self.articles);
        faults
    }

    /// Takes articles out.
    pub fn remove(&mut self, ids: &[ArticleId]) {
        self.articles.retain(|stored| !ids.contains(&stored.article.id));
        self.index = Index::of(&self.articles);
    }

    /// An article by its name.
    #[must_use]
    pub fn article(&self, id: &ArticleId) -> Option<&Article> {
        self.place(id).ok().map(|place| &self.articles[place].article)
    }

    /// All articles, by name.
    pub fn articles(&self) -> impl Iterator<Item = &Article> {
        self.articles.iter().map(|stored| &stored.article)
    }

    /// How many passages there are.
    #[must_use]
    pub fn passages(&self) -> usize {
        self.index.places.len()
    }

    fn place(&self, id: &ArticleId) -> Result<usize, usize> {
        self.articles.binary_search_by(|stored| stored.article.id.cmp(id))
    }

    /// The articles that answer, the best first, of those that the viewer may see. Without an encoder, or where the articles
    /// were taken in without, words alone are compared.
    pub fn search(&self, query: &Query<'_>, viewer: &Viewer, encoder: Option<&mut Encoder>) -> Vec<Hit<'_>> {
        let asked = encoder
            .filter(|_| self.index.dense.is_some())
            .and_then(|encoder| encoder.embed(&[query.text]).pop())
            .map(|numbers| Vector::of(&numbers));
        self.ranked(query, viewer, asked.as_ref())
    }

    /// The same for many questions at once, which costs less for each.
    pub fn search_all(
        &self,
        queries: &[Query<'_>],
        viewer: &Viewer,
        encoder: Option<&mut Encoder>,
    ) -> Vec<Vec<Hit<'_>>> {
        let texts: Vec<&str> = queries.iter().map(|query| query.text).collect();
        let embedded = encoder.filter(|_| self.index.dense.is_some()).map(|encoder| encoder.embed(&texts));
        let asked = |at: usize| embedded.as_ref().map(|embedded| Vector::of(&embedded[at]));
        queries.iter().enumerate().map(|(at, query)| self.ranked(query, viewer, asked(at).as_ref())).collect()
    }

    fn ranked(&self, query: &Query<'_>, viewer: &Viewer, asked: Option<&Vector>) -> Vec<Hit<'_>> {
        let meant = self.index.vocabulary.meant(&tokens(query.text), query.typing);
        let seen: Vec<bool> =
            self.index.visibilities.iter().map(|visibility| visibility.admits(viewer)).collect();
        let admitted = |passage: u32| seen[usize::from(self.index.visible_to[passage as usize])];
        let worth = self.index.lexical.worth(&meant);
        let by_words =
            top((0_u32..).zip(worth.iter().copied()).filter(|(at, worth)| *worth > 0.0 && admitted(*at)));
        let by_meaning = asked
            .zip(self.index.dense.as_ref())
            .map_or_else(Vec::new, |(asked, dense)| top(dense.near(asked).filter(|(at, _)| admitted(*at))));
        // For each article its votes, and the passage with most of them.
        let mut elected: BTreeMap<u32, (f32, BTreeMap<u32, f32>)> = BTreeMap::new();
        for (list, weight) in [(&by_words, 1.0), (&by_meaning, MEANING)] {
            let best = list.first().map_or(1.0, |(_, score)| score.max(f32::EPSILON));
            for (rank, (passage, score)) in list.iter().enumerate() {
                let (article, within) = self.index.places[*passage as usize];
                // A passage that is far behind the first hardly votes, so that a long article does not win by its length.
                let vote = weight * (score / best).powi(2) / (RANKS + rank as f32);
                let (votes, passages) = elected.entry(article).or_default();
                *votes += vote;
                *passages.entry(within).or_default() += vote;
            }
        }
        let mut elected: Vec<_> = elected.into_iter().collect();
        elected.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
        elected.truncate(query.limit);
        elected
            .into_iter()
            .filter_map(|(article, (votes, passages))| {
                let within = passages.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))?.0;
                Some(self.hit((article, within), votes, &meant, asked))
            })
            .collect()
    }

    fn hit(
        &self,
        (article, within): (u32, u32),
        votes: f32,
        meant: &[Meant],
        asked: Option<&Vector>,
    ) -> Hit<'_> {
        let stored = &self.articles[article as usize];
        let passage = &stored.passages[within as usize];
        let meaning =
            asked.zip(stored.vectors.get(within as usize)).map(|(asked, vector)| asked.likeness(vector));
        let wanted: Vec<(&Meant, f32)> =
            meant.iter().map(|meant| (meant, self.index.lexical.rarity(meant))).collect();
        let all: f32 = wanted.iter().map(|(_, rarity)| rarity).sum();
        let has = |text: &str| -> f32 {
            let there = self.index.vocabulary.numbers_of(&all_terms(text));
            let met =
                wanted.iter().filter(|(meant, _)| meant.terms.iter().any(|(term, _)| there.contains(term)));
            met.map(|(_, rarity)| rarity).sum()
        };
        let mut quote = 0..0;
        let mut most = -1.0;
        for sentence in sentences(&passage.text) {
            let worth = has(&passage.text[sentence.clone()]);
            if worth > most {
                (quote, most) = (sentence, worth);
            }
        }
        let words = has(&passage.whole(&stored.article.title)) / all.max(f32::EPSILON);
        Hit {
            article: &stored.article,
            passage,
            quote,
            words: Share::new(f64::from(words)).rounded(),
            meaning: meaning.map(|meaning| Share::new(f64::from(meaning)).rounded()),
            votes,
        }
    }
}

impl Stored {
    /// Keeps from the former version the vectors of what did not change.
    fn keep(&mut self, old: Self) {
        let same = old.article.title == self.article.title && old.passages == self.passages;
        if same {
            self.vectors = old.vectors;
        }
    }

    fn read(&mut self, encoder: &mut Encoder) {
        if self.vectors.len() < self.passages.len() {
            let texts: Vec<String> =
                self.passages.iter().map(|passage| passage.whole(&self.article.title)).collect();
            self.vectors = encoder.embed(&texts).iter().map(|numbers| Vector::of(numbers)).collect();
        }
    }
}

impl Index {
    fn of(articles: &[Stored]) -> Self {
        let mut index = Self::default();
        let mut kinds: BTreeMap<&Visibility, u16> = BTreeMap::new();
        let mut terms: Vec<Vec<u32>> = Vec::new();
        let mut vectors = Vec::new();
        for (place, stored) in (0_u32..).zip(articles) {
            let next = u16::try_from(kinds.len()).unwrap_or(u16::MAX);
            let kind = *kinds.entry(&stored.article.visibility).or_insert(next);
            for (within, passage) in (0_u32..).zip(&stored.passages) {
                index.places.push((place, within));
                index.visible_to.push(kind);
                // Headings count twice: they say what a passage is about. A choice.
                let above = std::iter::once(&stored.article.title).chain(&passage.headings);
                let above: Vec<String> = above.flat_map(|text| all_terms(text)).collect();
                let all = above.iter().cloned().chain(above.clone()).chain(all_terms(&passage.text));
                terms.push(all.map(|term| index.vocabulary.learn(term)).collect());
            }
            vectors.extend(stored.vectors.iter().cloned());
        }
        let mut numbered: Vec<_> = kinds.into_iter().collect();
        numbered.sort_unstable_by_key(|(_, number)| *number);
        index.visibilities = numbered.into_iter().map(|(visibility, _)| visibility.clone()).collect();
        index.vocabulary.close();
        index.lexical = Lexical::of(&terms, &index.vocabulary);
        index.dense = (!vectors.is_empty() && vectors.len() == terms.len()).then(|| Dense::of(&vectors));
        index
    }
}

/// The [`VOTERS`] best, the best first; of equals the earlier one.
fn top(all: impl Iterator<Item = (u32, f32)>) -> Vec<(u32, f32)> {
    let better = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(4 * VOTERS);
    let mut least = f32::NEG_INFINITY;
    for one in all {
        if one.1 < least {
            continue;
        }
        best.push(one);
        if best.len() == 4 * VOTERS {
            best.select_nth_unstable_by(VOTERS - 1, better);
            best.truncate(VOTERS);
            least = best[VOTERS - 1].1;
        }
    }
    best.sort_unstable_by(better);
    best.truncate(VOTERS);
    best
}
