//! Personal data out of a text: typed, numbered placeholders in its place.
//!
//! Detectors look at stretches of text between placeholders and propose spans; where spans overlap, the detector that
//! is asked first wins. The passes repeat until nothing is found, so a redacted text redacts to itself. What is
//! replaced, and what is not, is listed in [`redact`].

mod address;
mod checksum;
mod dates;
mod email;
mod names;
mod numbers;
mod token;
mod turns;
mod written;

use std::{collections::HashMap, ops::Range};

pub use turns::Turns;

/// A text without its personal data, and what was taken out.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Redacted {
    /// The text with placeholders.
    pub text: String,
    /// Each placeholder (`[PHONE_1]`) with what stood there first. Personal: goes into a sealed payload or nowhere.
    pub originals: Vec<(String, String)>,
    /// Where in the original text, in bytes, each placeholder took the place of something, from left to right.
    pub places: Vec<(Range<usize>, String)>,
}

impl std::fmt::Debug for Redacted {
    /// Shows the redacted text alone, so that originals do not reach a log by accident.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redacted({:?}, {} originals)", self.text, self.originals.len())
    }
}

/// What kind of personal data a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Label {
    Url,
    Email,
    Ip,
    BirthDate,
    Address,
    Id,
    Passport,
    Ssn,
    Card,
    Account,
    Phone,
    Plate,
    Name,
    /// What may be the piece of a longer number.
    Number,
}

impl Label {
    fn as_str(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Email => "EMAIL",
            Self::Ip => "IP",
            Self::BirthDate => "BIRTH_DATE",
            Self::Address => "ADDRESS",
            Self::Id => "ID",
            Self::Passport => "PASSPORT",
            Self::Ssn => "SSN",
            Self::Card => "CARD",
            Self::Account => "ACCOUNT",
            Self::Phone => "PHONE",
            Self::Plate => "PLATE",
            Self::Name => "NAME",
            Self::Number => "NUMBER",
        }
    }
}

/// Bytes `start..end` of a stretch are personal data; `value` is their canonical form, equal for the same thing written
/// differently.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
    label: Label,
    value: String,
}

impl Span {
    fn new(text: &str, start: usize, end: usize, label: Label) -> Self {
        let value =
            text[start..end].chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Self { start, end, label, value }
    }
}

/// Replaces personal data by placeholders.
///
/// Replaced: phone numbers (Chinese mobile and landline, North American, British, international; written or spoken in
/// English or Chinese), e-mail addresses (also spoken), payment cards, bank accounts and IBANs, Chinese resident ids,
/// passports, US social security numbers, postal addresses, names after cues (`my name is`, `我叫`, `王先生`), dates of
/// birth, Chinese licence plates, web addresses and IP addresses. Left alone: times, dates, prices, quantities, short
/// numbers, order and ticket numbers. The same value gets the same placeholder; redacting twice changes nothing.
///
/// Rules cannot find everything: a name without a cue stays. Measured recall and false redactions are in
/// `models/MODEL_CARD.md`.
#[must_use]
pub fn redact(text: &str) -> Redacted {
    redact_with(text, &[])
}

/// The same, and of what is left the digits within further spans.
fn redact_with(text: &str, further: &[Span]) -> Redacted {
    let mut numbering = Numbering::after(text);
    let mut pieces = pieces(text);
    while divide(text, &mut pieces, |range| spans(&text[range.clone()]), &mut numbering) {}
    let digits = |range: &Range<usize>| {
        let within = |span: &Span| {
            let (start, end) = (span.start.max(range.start), span.end.min(range.end));
            (start < end && text[start..end].chars().any(char::is_alphanumeric))
                .then(|| Span::new(&text[range.clone()], start - range.start, end - range.start, span.label))
        };
        let mut spans: Vec<Span> = further.iter().filter_map(within).collect();
        spans.sort_by_key(|span| span.start);
        spans
    };
    if !further.is_empty() {
        divide(text, &mut pieces, digits, &mut numbering);
    }
    let mut redacted = Redacted { originals: numbering.originals, ..Redacted::default() };
    for (range, placeholder) in pieces {
        let original = &text[range.clone()];
        redacted.text += placeholder.as_deref().unwrap_or(original);
        redacted.places.extend(placeholder.filter(|new| new != original).map(|new| (range, new)));
    }
    redacted
}

/// A part of a text, and the placeholder that stands for it.
type Piece = (Range<usize>, Option<String>);

/// The stretches between the placeholders that a text already holds, and those.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    loop {
        let (stretch, placeholder, _) = next_placeholder(&text[from..]);
        let (open, close) = (from + stretch.len(), from + stretch.len() + placeholder.len());
        pieces.push((from..open, None));
        if placeholder.is_empty() {
            return pieces;
        }
        pieces.push((open..close, Some(placeholder.to_owned())));
        from = close;
    }
}

/// One pass over all stretches; whether anything was found. Each replacement takes text away from what later passes look
/// at, so passes end.
fn divide(
    text: &str,
    pieces: &mut Vec<Piece>,
    find: impl Fn(&Range<usize>) -> Vec<Span>,
    numbering: &mut Numbering,
) -> bool {
    let mut found = false;
    for (range, placeholder) in std::mem::take(pieces) {
        if placeholder.is_some() {
            pieces.push((range, placeholder));
            continue;
        }
        let mut done = range.start;
        for span in find(&range) {
            found = true;
            let (start, end) = (range.start + span.start, range.start + span.end);
            let placeholder = numbering.placeholder(&span, &text[start..end]);
            pieces.extend((done < start).then_some((done..start, None)));
            pieces.push((start..end, Some(placeholder)));
            done = end;
        }
        pieces.extend((done < range.end).then_some((done..range.end, None)));
    }
    found
}

/// The spans of a stretch, from left to right, without overlaps.
fn spans(stretch: &str) -> Vec<Span> {
    if stretch.is_empty() {
        return Vec::new();
    }
    let tokens = token::tokens(stretch);
    let mut proposed = Vec::new();
    written::find(stretch, &mut proposed);
    email::find(stretch, &tokens, &mut proposed);
    dates::find(stretch, &mut proposed);
    address::find(stretch, &mut proposed);
    numbers::find(stretch, &tokens, &mut proposed);
    names::find(stretch, &tokens, &mut proposed);
    let mut chosen: Vec<Span> = Vec::with_capacity(proposed.len());
    for span in proposed {
        if span.start < span.end
            && chosen.iter().all(|other| span.end <= other.start || other.end <= span.start)
        {
            chosen.push(span);
        }
    }
    chosen.sort_by_key(|span| span.start);
    chosen
}

/// The text before the first placeholder, the placeholder, and the text after it.
fn next_placeholder(text: &str) -> (&str, &str, &str) {
    let mut from = 0;
    while let Some(open) = text[from..].find('[').map(|at| from + at) {
        if let Some(length) = placeholder_length(&text[open..]) {
            return (&text[..open], &text[open..open + length], &text[open + length..]);
        }
        from = open + 1;
    }
    (text, "", "")
}

/// The length of the placeholder that a text begins with: `[`, capitals and `_`, a number, `]`.
fn placeholder_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?.split_once(']')?.0;
    let (kind, number) = inside.rsplit_once('_')?;
    let named = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (named && numbered).then_some(inside.len() + 2)
}

/// Which numbers placeholders have.
struct Numbering {
    next: HashMap<&'static str, u64>,
    known: HashMap<(Label, String), String>,
    originals: Vec<(String, String)>,
}

impl Numbering {
    /// Begins after the highest numbers of placeholders that the text already holds.
    fn after(text: &str) -> Self {
        let mut next: HashMap<&'static str, u64> = HashMap::new();
        let mut rest = text;
        loop {
            let (_, placeholder, after) = next_placeholder(rest);
            let Some((kind, number)) = placeholder.trim_matches(['[', ']']).rsplit_once('_') else { break };
            let label = ALL.iter().find(|label| label.as_str() == kind);
            if let (Some(label), Ok(number)) = (label, number.parse::<u64>()) {
                let next = next.entry(label.as_str()).or_default();
                *next = number.max(*next);
            }
            rest = after;
        }
        Self { next, known: HashMap::new(), originals: Vec::new() }
    }

    fn placeholder(&mut self, span: &Span, original: &str) -> String {
        let key = (span.label, span.value.clone());
        if let Some(placeholder) = self.known.get(&key) {
            return placeholder.clone();
        }
        let number = self.next.entry(span.label.as_str()).or_default();
        *number = number.saturating_add(1);
        let placeholder = format!("[{}_{number}]", span.label.as_str());
        self.known.insert(key, placeholder.clone());
        self.originals.push((placeholder.clone(), original.to_owned()));
        placeholder
    }
}

const ALL: [Label; 14] = [
    Label::Url,
    Label::Email,
    Label::Ip,
    Label::BirthDate,
    Label::Address,
    Label::Id,
    Label::Passport,
    Label::Ssn,
    Label::Card,
    Label::Account,
    Label::Phone,
    Label::Plate,
    Label::Name,
    Label::Number,
];

#[cfg(test)]
mod tests;
