//! HTML, as far as a reader sees it. Tolerant: what is not closed ends where its parent or the text ends, and nothing fails.

use super::Writing;

/// Elements whose content nobody reads.
const UNSEEN: &[&str] = &["script", "style", "head", "template", "noscript", "svg"];
/// Elements that stand within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "kbd", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];

/// Reads a body.
pub(super) fn read(body: &str) -> Writing {
    let mut writing = Writing::default();
    let mut heading: Option<(usize, String)> = None;
    let mut paragraph = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('<') {
        let into = heading.as_mut().map_or(&mut paragraph, |(_, text)| text);
        entities(&rest[..at], into);
        rest = &rest[at..];
        let Some((tag, after)) = tag(rest) else {
            into.push('<');
            rest = &rest[1..];
            continue;
        };
        rest = after;
        let Tag { name, closing } = tag;
        if !closing && UNSEEN.contains(&name.as_str()) {
            rest = past(rest, &name);
        } else if let Some(depth) = depth(&name) {
            end(&mut writing, &mut paragraph);
            if let Some((depth, text)) = heading.take() {
                writing.heading(depth, &text);
            }
            if !closing {
                heading = Some((depth, String::new()));
            }
        } else if matches!(name.as_str(), "td" | "th") {
            paragraph.push_str(if closing { "; " } else { "" });
        } else if !INLINE.contains(&name.as_str()) {
            match &mut heading {
                Some((_, text)) => text.push(' '),
                None => end(&mut writing, &mut paragraph),
            }
        }
    }
    let into = heading.as_mut().map_or(&mut paragraph, |(_, text)| text);
    entities(rest, into);
    if let Some((depth, text)) = heading {
        writing.heading(depth, &text);
    }
    end(&mut writing, &mut paragraph);
    writing
}

fn end(writing: &mut Writing, paragraph: &mut String) {
    let text = std::mem::take(paragraph);
    writing.line(text.trim().trim_end_matches(';'));
    writing.end_paragraph();
}

/// A tag; comments and declarations have an empty name.
struct Tag {
    name: String,
    closing: bool,
}

/// The tag that the text begins with, and what comes after; none where the `<` opens no tag.
fn tag(text: &str) -> Option<(Tag, &str)> {
    if let Some(comment) = text.strip_prefix("<!--") {
        let after = comment.split_once("-->").map_or("", |(_, after)| after);
        return Some((Tag { name: "wbr".into(), closing: false }, after));
    }
    let inner = text.strip_prefix('<')?;
    let (closing, named) = inner.strip_prefix('/').map_or((false, inner), |named| (true, named));
    if !named.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?')) {
        return None;
    }
    let name: String =
        named.chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let mut quote = None;
    for (at, c) in named.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((Tag { name, closing }, &named[at + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    Some((Tag { name, closing }, ""))
}

/// What comes after the end of an unseen element.
fn past<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name)) {
            return rest.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

fn depth(name: &str) -> Option<usize> {
    let digit = name.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&digit).then_some(digit)
}

/// Appends text, its character references replaced.
fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let referred = rest[1..]
            .split_once(';')
            .filter(|(name, _)| name.len() <= 8)
            .and_then(|(name, after)| Some((character(name)?, after)));
        if let Some((c, after)) = referred {
            out.push(c);
            rest = after;
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "mdash" => '—',
        "ndash" => '–',
        "hellip" => '…',
        "rarr" => '→',
        "ldquo" => '“',
        "rdquo" => '”',
        "lsquo" => '‘',
        "rsquo" => '’',
        "middot" => '·',
        "yen" => '¥',
        "euro" => '€',
        _ => return None,
    })
}
