//! Written or spoken digits that belong together.

use super::{
    super::{
        checksum,
        token::{self, Kind, Token},
    },
    is_chinese_mobile,
    spoken::{digits_at, is_cardinal},
};

/// Digits that belong together.
#[derive(Debug)]
pub(super) struct Run {
    /// Indices of its first token and the one after its last.
    pub(super) tokens: (usize, usize),
    pub(super) digits: String,
    /// How many digits each group has.
    pub(super) groups: Vec<usize>,
    /// The marks between the groups, spaces left out.
    pub(super) marks: String,
    /// Whether most of it was said digit by digit.
    pub(super) spoken: bool,
    pub(super) plus: bool,
}

const SEPARATORS: &[&str] = &["-", "–", "—", "‑", ".", "(", ")", "（", "）", "/", ",", "，", "、", "·"];
/// Marks that are said.
const SAID_MARKS: &[&str] = &["dash", "hyphen", "杠", "横"];
/// How many blanks, marks and hesitations may lie between two groups: ", uh, then ".
const BETWEEN: usize = 9;

/// The run that begins at token `first`.
pub(super) fn run_at(tokens: &[Token<'_>], first: usize) -> Option<Run> {
    let mut from = first;
    let plus =
        matches!(tokens[first].text, "+" | "＋") || (tokens[first].is("plus") && first + 1 < tokens.len());
    let open = matches!(tokens[first].text, "(" | "（");
    if plus || open {
        from += 1;
        while tokens.get(from).is_some_and(|token| token.kind == Kind::Space) {
            from += 1;
        }
    }
    let (digits, mut end, said) = digits_at(tokens, from)?;
    let mut run = Run {
        tokens: (first, end),
        groups: vec![digits.len()],
        digits,
        marks: String::new(),
        spoken: false,
        plus,
    };
    let mut ends = vec![end];
    let mut said_groups = u32::from(said);
    while run.digits.len() <= 32 && !(run.groups.len() == 1 && is_complete(&run.digits)) {
        let (next, mark) = skip_separators(tokens, end);
        let Some((digits, after, said)) = digits_at(tokens, next) else { break };
        // "400-820-8820一直占线": a character after written digits begins something else.
        let mixed = tokens[next].kind == Kind::Han && tokens[end - 1].kind == Kind::Digits;
        // A number that is a whole phone or card by itself begins a run of its own.
        if mixed
            || is_complete(&digits)
            || !belongs(mark, *run.groups.last().unwrap_or(&0), digits.len(), said)
        {
            break;
        }
        run.digits.push_str(&digits);
        run.groups.push(digits.len());
        run.marks.extend(mark);
        said_groups += u32::from(said);
        end = after;
        ends.push(end);
    }
    if is_cardinal(tokens.get(end)) || is_cardinal(first.checked_sub(1).and_then(|before| tokens.get(before)))
    {
        return None;
    }
    run.tokens.1 = end;
    run.cut(&ends);
    let one_by_one = run.groups.len() >= 7 && run.groups.iter().all(|group| *group == 1);
    run.spoken = said_groups as usize * 2 > ends.len() || one_by_one;
    Some(run)
}

impl Run {
    /// Ends the run after its longest beginning that is a phone, a card or an id, where the whole is none: people go on
    /// with other numbers.
    fn cut(&mut self, ends: &[usize]) {
        // A misheard UnionPay card may begin with a shorter row of digits whose check holds by chance.
        if (16..=19).contains(&self.digits.len()) && self.digits.starts_with("62") {
            return;
        }
        let mut at = self.digits.len();
        for kept in (1..=self.groups.len()).rev() {
            if is_complete(&self.digits[..at]) {
                self.digits.truncate(at);
                self.groups.truncate(kept);
                self.tokens.1 = ends[kept - 1];
                return;
            }
            at -= self.groups[kept - 1];
        }
    }
}

/// Whether digits are one whole number of a known kind.
fn is_complete(digits: &str) -> bool {
    // 17 digits may wait for the X of a resident id.
    is_chinese_mobile(digits)
        || checksum::is_card(digits) && digits.len() >= 15 && digits.len() != 17
        || checksum::is_resident_id(digits)
        || checksum::is_resident_id(&format!("{digits}X"))
}

/// Whether a group goes on from the one before it. Lists of small numbers ("10, 20, 30") do not.
fn belongs(mark: Option<char>, before: usize, size: usize, said: bool) -> bool {
    match mark {
        _ if said => true,
        Some(',' | '，' | '、') => (before >= 3 && size >= 3 && size != 3) || (before == 1 && size == 1),
        _ => true,
    }
}

/// Skips separators and hesitations; the mark is the last that is no space.
fn skip_separators(tokens: &[Token<'_>], mut at: usize) -> (usize, Option<char>) {
    let mut mark = None;
    let end = at + BETWEEN;
    let mut separators = 0;
    while at < end {
        let Some(token) = tokens.get(at) else { break };
        let hesitation = token::hesitation(tokens, at);
        let separator = SEPARATORS.contains(&token.text);
        if let Some(after) = hesitation {
            separators = 0;
            at = after;
            continue;
        }
        // Without a hesitation, two marks in a row end a number: "555) - 0123" does not, "5 ... 6" does.
        separators += usize::from(separator);
        if separators > 2 || !(separator || token.kind == Kind::Space || token.is_one_of(SAID_MARKS)) {
            break;
        }
        if separator {
            mark = token.text.chars().next();
        }
        at += 1;
    }
    (at, mark)
}
