//! Markdown, as far as a reader sees it: headings, paragraphs, lists, tables, links, emphasis and code.

use super::Writing;

/// Reads a body.
pub(super) fn read(body: &str) -> Writing {
    let mut writing = Writing::default();
    let mut fenced = false;
    for line in body.lines() {
        let bare = line.trim_start();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            fenced = !fenced;
            writing.end_paragraph();
        } else if fenced {
            writing.line(line);
            writing.end_paragraph();
        } else if let Some((depth, text)) = heading(bare) {
            writing.heading(depth, &plain(text));
        } else if bare.len() >= 3
            && bare.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | ' ' | '|' | ':'))
        {
            writing.end_paragraph();
        } else if let Some(item) = item(bare) {
            writing.end_paragraph();
            writing.line(&plain(item));
        } else if bare.starts_with('|') {
            writing.end_paragraph();
            writing.line(&plain(&bare.trim_matches(['|', ' ']).replace('|', "; ")));
        } else {
            writing.line(&plain(bare.trim_start_matches(['>', ' '])));
        }
    }
    writing
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let depth = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line[depth..].strip_prefix([' ', '\t'])?;
    (1..=6).contains(&depth).then(|| (depth, text.trim_end_matches(['#', ' '])))
}

/// What a list says at this line; numbers stay, since steps are told by them.
fn item(line: &str) -> Option<&str> {
    let marked = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (digits > 0 && line[digits..].starts_with([')', '.', '、'])).then_some(line);
    marked.or(numbered)
}

/// The text without marks of emphasis and code, links as their words.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['*', '`', '[', '!', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((words, after)) = link(rest.strip_prefix('!').unwrap_or(rest)) {
            out.push_str(&plain(words));
            rest = after;
            continue;
        }
        let mut chars = rest.chars();
        match chars.next() {
            Some('\\') => out.extend(chars.next()),
            Some(mark @ ('[' | '!')) => out.push(mark),
            // A star between spaces is a star.
            Some('*') if chars.as_str().starts_with(' ') && (out.is_empty() || out.ends_with(' ')) => {
                out.push('*');
            }
            _ => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// `[words](address)` at the beginning: the words, and what comes after.
fn link(text: &str) -> Option<(&str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once(']')?;
    let (_, after) = rest.strip_prefix('(')?.split_once(')')?;
    Some((words, after))
}
