//! Recorded calls: which files belong together, which channel is whose, and the table of facts beside them.
//!
//! Whose voice a channel carries is never guessed. A file name that ends in `_agent`, `_caller` or `_customer` says it;
//! a [`ChannelMap`] says it; otherwise the party is [`Party::Unknown`], and unknown is treated as strictly as an agent.

mod facts;

use std::{collections::BTreeMap, str::FromStr};

use calmline_core::Party;

pub use facts::{CallFact, FactRows, Facts, FactsError, read_facts};

use crate::wav::Recording;

/// File names of recordings that [`group`] looks at.
const EXTENSIONS: [&str; 2] = ["wav", "wave"];

/// One call's recording in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Agent and customer in separate files.
    Pair {
        /// What the names have in common; stands for the call where nothing else names it.
        id: String,
        /// The agent's file.
        agent: String,
        /// The customer's file.
        customer: String,
    },
    /// One file with one side of the call, named by the party; the other side is missing.
    Side {
        /// The name without the party.
        id: String,
        /// The file.
        file: String,
        /// Whose voice.
        party: Party,
    },
    /// One file with all of the call.
    Single {
        /// The name without its ending.
        id: String,
        /// The file.
        file: String,
    },
}

impl Source {
    /// What stands for the call where nothing else names it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Pair { id, .. } | Self::Side { id, .. } | Self::Single { id, .. } => id,
        }
    }
}

/// Groups the file names of one folder into calls, in the order of their ids: `X_agent.wav` goes with `X_caller.wav` or
/// `X_customer.wav`. Names that are no WAVE files are left out.
///
/// # Errors
/// When two files claim the same side of the same call.
pub fn group<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<Source>, PairError> {
    let mut sides: BTreeMap<&str, [Option<&str>; 2]> = BTreeMap::new();
    let mut sources = Vec::new();
    for name in names {
        let Some((stem, extension)) = name.rsplit_once('.') else { continue };
        if !EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)) {
            continue;
        }
        let Some((id, party)) = side_of(stem) else {
            sources.push(Source::Single { id: stem.into(), file: name.into() });
            continue;
        };
        let side = &mut sides.entry(id).or_default()[usize::from(party == Party::Customer)];
        if let Some(first) = side.replace(name) {
            return Err(PairError { party, first: first.into(), second: name.into() });
        }
    }
    sources.extend(sides.into_iter().filter_map(|(id, sides)| {
        let id = id.to_owned();
        Some(match sides {
            [Some(agent), Some(customer)] => {
                Source::Pair { id, agent: agent.into(), customer: customer.into() }
            }
            [Some(file), None] => Source::Side { id, file: file.into(), party: Party::Agent },
            [None, Some(file)] => Source::Side { id, file: file.into(), party: Party::Customer },
            [None, None] => return None,
        })
    }));
    sources.sort_by(|a, b| a.id().cmp(b.id()));
    Ok(sources)
}

/// Two files that claim to be the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first:?} and {second:?} both claim to be the {}'s side of one call; rename one", .party.as_str())]
pub struct PairError {
    /// Which side.
    pub party: Party,
    /// The one file.
    pub first: String,
    /// The other.
    pub second: String,
}

/// The call and the side that a file name without its ending tells.
fn side_of(stem: &str) -> Option<(&str, Party)> {
    let (id, side) = stem.rsplit_once('_')?;
    let party = match side.to_ascii_lowercase().as_str() {
        "agent" => Party::Agent,
        "caller" | "customer" => Party::Customer,
        _ => return None,
    };
    (!id.is_empty()).then_some((id, party))
}

/// Whose voice each channel of a file carries, in order: `customer,agent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelMap(Vec<Party>);

/// Why a text is not a channel map, or does not fit a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelMapError {
    /// A word that names no party.
    #[error(
        "channel {channel}: {word:?} is not one of agent, customer, caller, unknown; write for instance customer,agent"
    )]
    Word {
        /// Which channel, from 1.
        channel: usize,
        /// The word.
        word: String,
    },
    /// A party that is named twice.
    #[error("channel {channel}: {} is named a second time; each party has one channel", .party.as_str())]
    Twice {
        /// Which channel, from 1.
        channel: usize,
        /// Who.
        party: Party,
    },
    /// Another number of channels than the file has.
    #[error("{named} channels are named, but the file has {found}; name each channel of the file, in order")]
    Count {
        /// How many the map names.
        named: usize,
        /// How many the file has.
        found: usize,
    },
}

impl ChannelMap {
    /// A map of these parties, in the order of the channels.
    ///
    /// # Errors
    /// When agent or customer is named twice.
    pub fn new(parties: Vec<Party>) -> Result<Self, ChannelMapError> {
        for (index, &party) in parties.iter().enumerate() {
            if party != Party::Unknown && parties[..index].contains(&party) {
                return Err(ChannelMapError::Twice { channel: index + 1, party });
            }
        }
        Ok(Self(parties))
    }

    /// The parties, in the order of the channels.
    #[must_use]
    pub fn parties(&self) -> &[Party] {
        &self.0
    }
}

impl FromStr for ChannelMap {
    type Err = ChannelMapError;
    fn from_str(text: &str) -> Result<Self, ChannelMapError> {
        let party = |(index, word): (usize, &str)| match word.trim().to_ascii_lowercase().as_str() {
            "agent" => Ok(Party::Agent),
            "customer" | "caller" => Ok(Party::Customer),
            "unknown" => Ok(Party::Unknown),
            _ => Err(ChannelMapError::Word { channel: index + 1, word: word.trim().into() }),
        };
        Self::new(text.split(',').enumerate().map(party).collect::<Result<_, _>>()?)
    }
}

/// The legs of a recording. Without a map every leg is unknown; so is a mono file, unless the map says otherwise.
///
/// # Errors
/// When the map names another number of channels than there are.
pub fn legs(
    recording: Recording,
    map: Option<&ChannelMap>,
) -> Result<Vec<(Party, Vec<i16>)>, ChannelMapError> {
    let found = recording.channels.len();
    let parties = match map {
        Some(map) if map.0.len() != found => {
            return Err(ChannelMapError::Count { named: map.0.len(), found });
        }
        Some(map) => map.0.clone(),
        None => vec![Party::Unknown; found],
    };
    Ok(parties.into_iter().zip(recording.channels).collect())
}
