//! Numbers that identify: phones, cards, accounts, ids. Written or spoken digits are gathered into runs, and a run is
//! judged by its length, its grouping, its check digits and the words before it.

use super::{
    Label, Span, checksum,
    token::{Kind, Token},
};
use crate::normal::half_width;

/// Digits that belong together.
#[derive(Debug)]
struct Run {
    /// Indices of its first token and the one after its last.
    tokens: (usize, usize),
    digits: String,
    /// How many digits each group has.
    groups: Vec<usize>,
    /// The marks between the groups, spaces left out.
    marks: String,
    /// Whether most of it was said digit by digit.
    spoken: bool,
    plus: bool,
}

/// What the words before a number say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    Order,
    Account,
    Card,
    CardCode,
    Ssn,
    Phone,
    Id,
    Passport,
    Postcode,
    Birth,
}

const CUES: &[(Cue, &[&str])] = &[
    (
        Cue::Order,
        &[
            "order",
            "ticket",
            "tracking",
            "reference",
            "case",
            "confirmation",
            "invoice",
            "booking",
            "serial",
            "model",
            "claim",
            "订单",
            "工单",
            "单号",
            "运单",
            "编号",
            "流水",
            "型号",
            "序列号",
            "票号",
            "取件码",
            "验证码",
        ],
    ),
    (
        Cue::Account,
        &["account", "iban", "sort code", "routing", "账号", "账户", "帐号", "帐户", "户头", "存折"],
    ),
    (Cue::Card, &["card", "visa", "mastercard", "卡号", "信用卡", "银行卡", "储蓄卡", "借记卡"]),
    (Cue::CardCode, &["cvv", "cvc", "security code", "安全码", "校验码"]),
    (Cue::Ssn, &["social security", "ssn", "my social", "the social"]),
    (
        Cue::Phone,
        &[
            "phone",
            "call me",
            "cell",
            "mobile",
            "reach me",
            "text me",
            "my number",
            "telephone",
            "whatsapp",
            "callback",
            "call back",
            "landline",
            "dial",
            "电话",
            "手机",
            "号码",
            "联系",
            "打给",
            "座机",
            "微信",
            "固话",
        ],
    ),
    (Cue::Id, &["身份证", "证件", "identity card", "id card", "id number", "identity number"]),
    (Cue::Passport, &["passport", "护照"]),
    (Cue::Postcode, &["zip", "postcode", "postal code", "post code", "邮编", "邮政编码"]),
    (Cue::Birth, &["born", "birth", "生日", "出生"]),
];

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    let mut at = 0;
    while at < tokens.len() {
        match run_at(tokens, at) {
            Some(run) => {
                at = run.tokens.1;
                if let Some(span) = judge(text, tokens, &run) {
                    spans.push(span);
                }
            }
            None => at += 1,
        }
    }
}

// ── gathering ──

const SEPARATORS: &[&str] = &["-", "–", "—", "‑", ".", "(", ")", "（", "）", "/", ",", "，", "、", "·"];
const FILLERS: &[&str] = &["dash", "hyphen", "uh", "um", "er", "杠", "横", "呃", "嗯"];

/// The run that begins at token `first`.
fn run_at(tokens: &[Token<'_>], first: usize) -> Option<Run> {
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

/// The digits of one group: a run of written digits, or one spoken element. Says also where it ends and if it was spoken.
fn digits_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize, bool)> {
    let token = tokens.get(at)?;
    match token.kind {
        Kind::Digits => {
            let attached = at
                .checked_sub(1)
                .and_then(|before| tokens.get(before))
                .is_some_and(|before| before.kind == Kind::Word);
            (!attached).then(|| (token.text.chars().map(half_width).collect(), at + 1, false))
        }
        Kind::Han => {
            let digit = token.text.chars().next().and_then(han_digit)?;
            (!is_cardinal(tokens.get(at + 1))).then(|| (digit.to_string(), at + 1, true))
        }
        Kind::Word => spoken_at(tokens, at).map(|(digits, end)| (digits, end, true)),
        Kind::Space | Kind::Mark => None,
    }
}

/// "five", "double five", "triple oh", "twenty three", "eight hundred".
fn spoken_at(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let next_word = |from: usize| {
        let skip =
            usize::from(tokens.get(from).is_some_and(|token| token.kind == Kind::Space || token.text == "-"));
        tokens.get(from + skip).filter(|token| token.kind == Kind::Word).map(|token| (token, from + skip + 1))
    };
    let times = match tokens[at] {
        token if token.is("double") => 2,
        token if token.is("triple") || token.is("treble") => 3,
        _ => 1,
    };
    if times > 1 {
        let (word, end) = next_word(at + 1)?;
        return Some((digit_word(word.text).filter(|digits| digits.len() == 1)?.repeat(times), end));
    }
    let digits = digit_word(tokens[at].text)?;
    let Some((word, end)) = next_word(at + 1) else { return Some((digits.to_owned(), at + 1)) };
    let tens = digits.len() == 2 && digits.ends_with('0') && digits != "10";
    if let Some(unit) = digit_word(word.text).filter(|unit| unit.len() == 1 && *unit != "0").filter(|_| tens)
    {
        return Some((format!("{}{unit}", &digits[..1]), end));
    }
    let hundred = word.is("hundred") && digits.len() == 1;
    let goes_on = || next_word(end).is_some_and(|(word, _)| digit_word(word.text).is_some());
    if hundred && goes_on() {
        return Some((format!("{digits}00"), end));
    }
    Some((digits.to_owned(), at + 1))
}

/// The digits of an English number word under a hundred.
pub(super) fn digit_word(word: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("zero", "0"),
        ("oh", "0"),
        ("o", "0"),
        ("nought", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("thirteen", "13"),
        ("fourteen", "14"),
        ("fifteen", "15"),
        ("sixteen", "16"),
        ("seventeen", "17"),
        ("eighteen", "18"),
        ("nineteen", "19"),
        ("twenty", "20"),
        ("thirty", "30"),
        ("forty", "40"),
        ("fifty", "50"),
        ("sixty", "60"),
        ("seventy", "70"),
        ("eighty", "80"),
        ("ninety", "90"),
    ];
    if word.len() > 9 {
        return None;
    }
    WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, digits)| *digits)
}

/// The digit that a Chinese character says.
pub(super) fn han_digit(c: char) -> Option<char> {
    Some(match c {
        '零' | '〇' => '0',
        '一' | '幺' | '壹' => '1',
        '二' | '两' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' | '拐' => '7',
        '八' | '捌' => '8',
        '九' | '玖' | '勾' => '9',
        _ => return None,
    })
}

/// Words of magnitude: the number is an amount, not a row of digits.
fn is_cardinal(token: Option<&Token<'_>>) -> bool {
    token.is_some_and(|token| matches!(token.text, "十" | "百" | "千" | "万" | "亿"))
}

/// Skips at most three separators; the mark is the last that is no space.
fn skip_separators(tokens: &[Token<'_>], mut at: usize) -> (usize, Option<char>) {
    let mut mark = None;
    for _ in 0..3 {
        let Some(token) = tokens.get(at) else { break };
        let separator = SEPARATORS.contains(&token.text);
        if !(separator || token.kind == Kind::Space || token.is_one_of(FILLERS)) {
            break;
        }
        if separator {
            mark = token.text.chars().next();
        }
        at += 1;
    }
    (at, mark)
}

// ── judging ──

fn judge(text: &str, tokens: &[Token<'_>], run: &Run) -> Option<Span> {
    let (first, mut end) = run.tokens;
    let mut digits = run.digits.clone();
    let start = tokens[first].start;
    if digits.len() == 17 {
        let next = tokens.get(end).filter(|token| token.kind != Kind::Space).or(tokens.get(end + 1));
        if let Some(check) = next.filter(|token| token.is("x")) {
            digits.push('X');
            end += 1 + usize::from(check.start != tokens[end].start);
        }
    }
    let before = context(&text[..start]);
    let after = text[tokens[end - 1].end()..].trim_start();
    let label = label(&digits, run, cue(&before), is_amount(&before, after, run))?;
    let stop = tokens[end - 1].end();
    let value = national(&digits, label);
    Some(Span { start, end: stop, label, value })
}

/// The forty bytes or so before a number, in small letters.
fn context(before: &str) -> String {
    let mut from = before.len().saturating_sub(48);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    before[from..].to_lowercase()
}

/// The cue nearest to the number.
fn cue(before: &str) -> Option<Cue> {
    let nearest =
        |words: &[&str]| words.iter().filter_map(|word| before.rfind(word).map(|at| at + word.len())).max();
    CUES.iter()
        .filter_map(|(cue, words)| Some((nearest(words)?, *cue)))
        .max_by_key(|(at, _)| *at)
        .map(|(_, cue)| cue)
}

/// Prices, percentages, quantities with a unit, and numbers grouped by thousands.
fn is_amount(before: &str, after: &str, run: &Run) -> bool {
    const UNITS: &[&str] = &[
        "元", "块", "万", "千", "%", "％", "percent", "dollar", "pound", "euro", "buck", "cent", "yuan",
        "rmb", "usd", "kg", "公斤", "斤", "件", "个", "次", "天", "分钟", "小时", "点", "月", "年",
    ];
    let priced = before.trim_end().ends_with(['$', '¥', '￥', '£', '€']);
    let thousands =
        run.marks.starts_with(',') && run.groups.len() > 1 && run.groups[1..].iter().all(|group| *group == 3);
    let lower: String = after.chars().take(8).flat_map(char::to_lowercase).collect();
    let unit = run.digits.len() < 11 && UNITS.iter().any(|unit| lower.starts_with(unit));
    priced || thousands || unit
}

fn label(digits: &str, run: &Run, cue: Option<Cue>, amount: bool) -> Option<Label> {
    let n = digits.len();
    if amount || (is_date(run) && !matches!(cue, Some(Cue::Birth | Cue::Account))) {
        return None;
    }
    if checksum::is_resident_id(digits) {
        return Some(Label::Id);
    }
    if is_chinese_mobile(digits) {
        return Some(Label::Phone);
    }
    if checksum::is_card(digits) {
        return Some(Label::Card);
    }
    match cue {
        Some(Cue::Birth) if is_date(run) || n == 8 => return Some(Label::BirthDate),
        Some(Cue::Id) if n >= 6 => return Some(Label::Id),
        Some(Cue::Ssn) if (4..=9).contains(&n) => return Some(Label::Ssn),
        Some(Cue::Passport) if n >= 6 => return Some(Label::Passport),
        Some(Cue::CardCode) if (3..=4).contains(&n) => return Some(Label::Card),
        Some(Cue::Card) if n >= 12 => return Some(Label::Card),
        Some(Cue::Account) if n >= 6 => return Some(Label::Account),
        Some(Cue::Postcode) if (5..=9).contains(&n) => return Some(Label::Address),
        Some(Cue::Order) => return None,
        _ => {}
    }
    if run.groups == [3, 2, 4] {
        return Some(Label::Ssn);
    }
    // Counting to ten.
    if run.spoken && "123456789".starts_with(digits) {
        return None;
    }
    if is_phone(digits, run, cue == Some(Cue::Phone)) {
        return Some(Label::Phone);
    }
    // So long a number without a name is more likely an account or a misheard card than anything harmless.
    (n >= 13).then_some(Label::Account)
}

/// 11 digits from 13x to 19x, with or without the country code 86 (工信部 numbering plan).
fn is_chinese_mobile(digits: &str) -> bool {
    let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).unwrap_or(digits);
    let number = if national.len() == 11 { national } else { digits };
    number.len() == 11 && number.starts_with('1') && number.as_bytes()[1] >= b'3'
}

fn is_phone(digits: &str, run: &Run, cued: bool) -> bool {
    let n = digits.len();
    let plausible = (7..=15).contains(&n);
    if plausible && (run.plus && n >= 8 || cued || run.spoken) {
        return true;
    }
    let bytes = digits.as_bytes();
    // North American numbering plan: area code and exchange begin with 2 to 9.
    let american = |d: &[u8]| d.len() == 10 && d[0] >= b'2' && d[3] >= b'2';
    match n {
        7 => run.groups == [3, 4] && run.marks.contains('-'),
        10 => {
            run.groups == [3, 3, 4]
                || american(bytes) && run.groups.len() <= 3
                || digits.starts_with("400")
                || digits.starts_with('0')
        }
        11 => digits.starts_with('0') || digits.starts_with('1') && american(&bytes[1..]),
        12 => digits.starts_with('0'),
        _ => false,
    }
}

/// Year, month and day in some order, written with marks.
fn is_date(run: &Run) -> bool {
    let marked = run.marks.contains(['-', '/', '.']) && run.groups.len() == 3;
    marked && matches!(run.groups.as_slice(), [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4 | 2])
}

/// The number without its country code, so that it is the same with and without.
fn national(digits: &str, label: Label) -> String {
    let bare = match label {
        Label::Phone => {
            let bare = digits.trim_start_matches("00");
            let cut = |code: &str| bare.strip_prefix(code).filter(|rest| rest.len() >= 10);
            let american = || cut("1").filter(|rest| rest.len() == 10 && !is_chinese_mobile(bare));
            cut("86").or_else(american).unwrap_or(bare)
        }
        _ => digits,
    };
    bare.to_owned()
}
