//! The real calls of the data folder.

use std::path::PathBuf;

use anyhow::Context;
use calmline_media::wav;
use calmline_testing::{data, skipped};

/// Files of the data folder; none, with a word, where one is not there. CI must have them.
pub fn calls<const N: usize>(names: [&str; N]) -> Option<[PathBuf; N]> {
    let folder = data("calls")?;
    let paths = names.map(|name| folder.join(name));
    if let Some(missing) = paths.iter().find(|path| !path.is_file()) {
        skipped(format_args!("{} is not there", missing.display()));
        return None;
    }
    Some(paths)
}

/// A recording at telephone rate.
pub fn read(path: &PathBuf) -> anyhow::Result<Vec<Vec<i16>>> {
    let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
    Ok(wav::read(&bytes)?.at_rate(calmline_media::RATE)?.channels)
}

/// Both sides of a call: caller, agent.
#[derive(Clone)]
pub struct Sides {
    pub customer: Vec<i16>,
    pub agent: Vec<i16>,
}

impl Sides {
    /// From one file each.
    pub fn pair(customer: &PathBuf, agent: &PathBuf) -> anyhow::Result<Self> {
        let one = |path| read(path)?.into_iter().next().context("no channel");
        Ok(Self { customer: one(customer)?, agent: one(agent)? })
    }

    /// From a file whose first channel is the customer.
    pub fn stereo(path: &PathBuf) -> anyhow::Result<Self> {
        let [customer, agent] = read(path)?.try_into().ok().context("not two channels")?;
        Ok(Self { customer, agent })
    }

    /// Samples per channel.
    pub fn frames(&self) -> usize {
        self.customer.len()
    }

    /// A part of it, in seconds.
    pub fn part(&self, from: usize, to: usize) -> Self {
        let rate = calmline_media::RATE as usize;
        let cut = |channel: &[i16]| channel[from * rate..to * rate].to_vec();
        Self { customer: cut(&self.customer), agent: cut(&self.agent) }
    }
}
