//! Typed ids.
//!
//! Ids that come from outside (calls, queues) keep their text; people are known only by pseudonyms. An id is 1 to 128
//! characters without control characters or white space, so it can stand in a URL, a log line and a file name. A queue's
//! is often its name on the phone platform, and may have single spaces inside.

use std::{fmt, str::FromStr};

use ring::digest;
use serde::{Deserialize, Serialize};

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing there.
    #[error("{kind} is empty")]
    Empty {
        /// Which kind of id was read.
        kind: &'static str,
    },
    /// More than 128 characters.
    #[error("{kind} has {length} characters, at most 128 are allowed")]
    Long {
        /// Which kind of id was read.
        kind: &'static str,
        /// How many characters it has.
        length: usize,
    },
    /// A character that no id may hold.
    #[error("{kind} holds the character {character:?}; use letters, digits and punctuation without spaces")]
    Character {
        /// Which kind of id was read.
        kind: &'static str,
        /// The first such character.
        character: char,
    },
}

/// Whether an id may hold spaces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spaces {
    None,
    /// Between other characters, one at a time.
    Inside,
}

fn check(kind: &'static str, text: &str, spaces: Spaces) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    let length = text.chars().count();
    if length > 128 {
        return Err(IdError::Long { kind, length });
    }
    let outside = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    let spaced = spaces == Spaces::Inside && !outside;
    match text.chars().find(|&c| {
        let blank = c.is_whitespace() && !(spaced && c == ' ');
        c.is_control() || blank || matches!(c, '/' | '\\' | '"' | '<' | '>')
    }) {
        Some(character) => Err(IdError::Character { kind, character }),
        None => Ok(()),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal $($spaces:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            /// When the text is empty, over 128 characters or holds characters that this id may not have.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check($kind, &text, ids!(@spaces $($spaces)?))?;
                Ok(Self(text))
            }

            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    )*};
    (@spaces) => { Spaces::None };
    (@spaces spaced) => { Spaces::Inside };
}

ids! {
    /// A site: one contact centre under one policy profile.
    SiteId = "site";
    /// An agent, by pseudonym.
    AgentId = "agent_id";
    /// A call, by the phone platform's conversation or call id.
    CallId = "call_id";
    /// A queue of the phone platform, by id or name.
    QueueId = "queue" spaced;
    /// What a caller wants, by the name that the site has for it.
    IntentId = "intent" spaced;
    /// A skill of agents, by the name that the site has for it.
    SkillId = "skill" spaced;
    /// Someone whom personal data is about, by pseudonym: an agent or the caller of one call.
    SubjectId = "subject";
    /// An offer of a break, derived from the decision that made it.
    OfferId = "offer_id";
    /// An alert, derived from the decision that raised it.
    AlertId = "alert_id";
    /// An incident of abuse, derived from the key press that opened it.
    IncidentId = "incident_id";
    /// A customer: the keyed hash of the id that a CRM has for them.
    CustomerId = "customer";
    /// A flag on a customer, derived from the event that put it.
    FlagId = "flag_id";
    /// A sealed personal payload.
    PayloadId = "payload_id";
    /// Someone who signs in.
    AccountId = "account_id";
    /// A key of a phone platform or an integration.
    KeyId = "key_id";
    /// An endpoint of others that is told of events.
    WebhookId = "webhook_id";
}

impl SubjectId {
    /// The subject that an agent is.
    #[must_use]
    pub fn of_agent(agent: &AgentId) -> Self {
        Self(agent.0.clone())
    }

    /// The subject that the caller of a call is, as long as nobody has said who calls.
    #[must_use]
    pub fn of_caller(call: &CallId) -> Self {
        Self(format!("caller:{:.120}", call.0))
    }

    /// The subject that an incident is: what is sealed about it can be erased without the rest of what is about its agent.
    #[must_use]
    pub fn of_incident(incident: &IncidentId) -> Self {
        Self(format!("incident:{:.118}", incident.0))
    }

    /// The subject that a customer is.
    #[must_use]
    pub fn of_customer(customer: &CustomerId) -> Self {
        Self(format!("customer:{:.118}", customer.0))
    }

    /// The subject that a planner's document is, so that it can be erased by itself.
    #[must_use]
    pub fn of_plan(document: &PayloadId) -> Self {
        Self(format!("plan:{:.122}", document.0))
    }
}

/// An event's identity: 128 bits, derived from what the event is, so that the same fact told twice is the same event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId([u8; 16]);

impl EventId {
    /// Derives an id from parts; each part is length-prefixed, so that no two lists of parts share a text.
    #[must_use]
    pub fn derive(parts: &[&str]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part.as_bytes());
        }
        let mut id = [0; 16];
        id.copy_from_slice(&context.finish().as_ref()[..16]);
        Self(id)
    }

    /// The id's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The id with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> String {
        id.to_string()
    }
}

impl TryFrom<String> for EventId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for EventId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("event id {text:?} is not 32 hexadecimal digits");
        if text.len() != 32 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut id = [0; 16];
        for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
        }
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_is_wrong_with_it() {
        assert_eq!(AgentId::new(""), Err(IdError::Empty { kind: "agent_id" }));
        assert_eq!(
            CallId::new("a b").map_err(|e| e.to_string()),
            Err("call_id holds the character ' '; use letters, digits and punctuation without spaces".into())
        );
        assert!(matches!(QueueId::new("x".repeat(129)), Err(IdError::Long { length: 129, .. })));
        assert!(SiteId::new("上海-1").is_ok());
        assert!(QueueId::new("Billing EN").is_ok());
        for wrong in [" x", "x ", "a  b", "a\tb", "a/b"] {
            assert!(matches!(QueueId::new(wrong), Err(IdError::Character { .. })), "{wrong:?}");
        }
    }

    #[test]
    fn derived_ids_depend_on_every_boundary_and_survive_text() {
        let id = EventId::derive(&["ab", "c"]);
        assert_ne!(id, EventId::derive(&["a", "bc"]));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("zz".parse::<EventId>().is_err());
    }
}
