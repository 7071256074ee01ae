//! How a command ends when it does not end well.

use std::process::ExitCode;

/// Each kind of failure has its exit status.
#[derive(Debug)]
pub enum Failure {
    /// 1: it worked, and something was found wanting.
    Wanting(String),
    /// 2: the command was used wrongly.
    Usage(String),
    /// 3: a file or another input is bad.
    Input(String),
    /// 4: something failed inside.
    Inside(anyhow::Error),
}

impl Failure {
    /// Bad input, from anything that can say so.
    pub fn input(error: impl std::fmt::Display) -> Self {
        Self::Input(error.to_string())
    }

    /// The exit status.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Wanting(_) => 1,
            Self::Usage(_) => 2,
            Self::Input(_) => 3,
            Self::Inside(_) => 4,
        })
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wanting(text) | Self::Usage(text) | Self::Input(text) => f.write_str(text),
            Self::Inside(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Inside(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Inside(error.into())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Inside(error.into())
    }
}
