//! The part of structured fields (RFC 8941) that signature headers use: a dictionary whose members are an inner list of
//! strings with parameters, or a byte sequence.

use std::fmt::Write;

use base64::{Engine, prelude::BASE64_STANDARD};

/// More components or parameters than this are no honest client's.
const MOST: usize = 32;

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bare {
    Word(String),
    Number(i64),
}

/// The first member of a `Signature-Input` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignatureInput {
    pub label: String,
    pub components: Vec<String>,
    pub params: Vec<(String, Bare)>,
}

impl SignatureInput {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut scan = Scan(text.trim_start_matches([' ', '\t']));
        let label = scan.key()?;
        scan.expect('=', "no '=' after the label")?;
        scan.expect('(', "no list of components")?;
        let mut components = Vec::new();
        loop {
            scan.spaces();
            if scan.take(')') {
                break;
            }
            let component = scan.string()?;
            if !scan.0.starts_with([' ', ')']) {
                return Err("a component has parameters, which are not read");
            }
            if components.contains(&component) || components.len() == MOST {
                return Err("a component comes twice, or there are too many");
            }
            components.push(component);
        }
        let mut params = Vec::new();
        while scan.take(';') {
            scan.spaces();
            let name = scan.key()?;
            scan.expect('=', "a parameter has no value")?;
            let value = if scan.0.starts_with('"') {
                Bare::Word(scan.string()?)
            } else {
                Bare::Number(scan.number()?)
            };
            if params.iter().any(|(known, _)| *known == name) || params.len() == MOST {
                return Err("a parameter comes twice, or there are too many");
            }
            params.push((name, value));
        }
        if !scan.0.trim_start_matches([' ', '\t']).is_empty() && !scan.0.trim_start().starts_with(',') {
            return Err("something else follows the parameters");
        }
        Ok(Self { label, components, params })
    }

    pub fn param(&self, name: &str) -> Option<&Bare> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text that is signed (RFC 9421, section 2.5). None if a component cannot be resolved.
    pub fn base(&self, resolve: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut base = String::new();
        for component in &self.components {
            let value = resolve(component)?;
            // A line break in a value could forge another component's line.
            if value.contains(['\n', '\r']) {
                return None;
            }
            base.push_str(&quoted(component));
            base.push_str(": ");
            base.push_str(&value);
            base.push('\n');
        }
        base.push_str("\"@signature-params\": ");
        base.push_str(&self.params_text());
        Some(base)
    }

    /// List and parameters, written anew from what was read, so that nothing unread is signed along.
    pub fn params_text(&self) -> String {
        let components = self.components.iter().map(|component| quoted(component)).collect::<Vec<_>>();
        let mut text = format!("({})", components.join(" "));
        for (name, value) in &self.params {
            // Writing to a string cannot fail.
            let _ = match value {
                Bare::Word(word) => write!(text, ";{name}={}", quoted(word)),
                Bare::Number(number) => write!(text, ";{name}={number}"),
            };
        }
        text
    }
}

/// The signature of a label in a `Signature` header.
pub(super) fn parse_signature(text: &str, label: &str) -> Result<Vec<u8>, &'static str> {
    let members = text.split(',').map(|member| member.trim_matches([' ', '\t']));
    let value = members
        .filter_map(|member| member.split_once('='))
        .find(|(name, _)| *name == label)
        .map(|(_, value)| value)
        .ok_or("there is none with the label of Signature-Input")?;
    let base64 =
        value.strip_prefix(':').and_then(|value| value.strip_suffix(':')).ok_or("not between colons")?;
    BASE64_STANDARD.decode(base64).map_err(|_| "not base64")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What is still to be read.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn take(&mut self, wanted: char) -> bool {
        match self.0.strip_prefix(wanted) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: char, missing: &'static str) -> Result<(), &'static str> {
        if self.take(wanted) { Ok(()) } else { Err(missing) }
    }

    fn spaces(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    fn word(&mut self, is_part: impl Fn(char) -> bool) -> String {
        let end = self.0.find(|c| !is_part(c)).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word.to_owned()
    }

    fn key(&mut self) -> Result<String, &'static str> {
        let key =
            self.word(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-' | '.' | '*'));
        if key.starts_with(|c: char| c.is_ascii_lowercase() || c == '*') {
            Ok(key)
        } else {
            Err("a key is missing")
        }
    }

    fn number(&mut self) -> Result<i64, &'static str> {
        let digits = self.word(|c| c.is_ascii_digit());
        if digits.len() > 15 {
            return Err("a number has more than 15 digits");
        }
        digits.parse().map_err(|_| "a parameter is neither a string nor a whole number")
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.expect('"', "a string has no quotation mark")?;
        let mut string = String::new();
        let mut characters = self.0.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.0 = &self.0[at + 1..];
                    return Ok(string);
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => string.push(escaped),
                    _ => return Err("a string has a wrong escape"),
                },
                ' '..='~' => string.push(character),
                _ => return Err("a string has a character that is not printable ASCII"),
            }
        }
        Err("a string does not end")
    }
}
