//! What a row of digits is.

use super::{
    super::{
        Label, Span, checksum,
        token::{Kind, Token},
    },
    is_chinese_mobile,
    run::Run,
};

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
        &[
            "account",
            "iban",
            "sort code",
            "routing",
            "member number",
            "membership",
            "member id",
            "policy number",
            "customer number",
            "customer id",
            "账号",
            "账户",
            "帐号",
            "帐户",
            "户头",
            "存折",
            "会员号",
            "会员卡",
            "保单号",
            "社保号",
            "社保卡",
            "客户号",
            "医保卡",
        ],
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

pub(super) fn judge(text: &str, tokens: &[Token<'_>], run: &Run) -> Option<Span> {
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

/// Whether digits at the edge of a turn may be part of a longer number: nothing says that they are an amount, a year, a date
/// or the number of an order.
pub(super) fn may_be_a_piece(text: &str, tokens: &[Token<'_>], run: &Run) -> bool {
    const PAID: &[&str] = &[
        "cost", "costs", "paid", "pay", "charged", "price", "about", "around", "than", "over", "under",
        "room", "花了", "付了", "收了", "一共", "总共", "大概", "大约",
    ];
    const WHEN: &[&str] = &["in", "since", "until", "from", "of", "year", "before", "after"];
    let (first, end) = run.tokens;
    let before = context(&text[..tokens[first].start]);
    let after = text[tokens[end - 1].end()..].trim_start();
    let last = before.trim_end();
    let follows = |words: &[&str]| {
        words.iter().any(|word| {
            let rest = last.strip_suffix(word);
            rest.is_some_and(|rest| !word.is_ascii() || rest.is_empty() || rest.ends_with(' '))
        })
    };
    let year = run.digits.len() == 4 && (run.digits.starts_with("19") || run.digits.starts_with("20"));
    let harmless = is_amount(&before, after, run)
        || is_date(run)
        || cue(&before) == Some(Cue::Order)
        || follows(PAID)
        || year && follows(WHEN)
        || run.spoken && "123456789".starts_with(&run.digits);
    !harmless
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
