//! Names after cues. A name without a cue cannot be told from a word by rules, and stays.

use super::{
    Label, Span,
    token::{Kind, Token},
};

/// Cues after which a name follows, as words.
const CUES: &[&[&str]] = &[
    &["my", "name", "is"],
    &["my", "name's"],
    &["the", "name", "is"],
    &["the", "name's"],
    &["name", "is"],
    &["i'm", "called"],
    &["i", "am", "called"],
    &["first", "name", "is"],
    &["last", "name", "is"],
    &["surname", "is"],
    &["first", "name"],
    &["last", "name"],
    &["surname"],
    &["middle", "name", "is"],
    &["account", "holder", "is"],
    &["name", "on", "the", "account", "is"],
    &["under", "the", "name", "of"],
    &["under", "the", "name"],
    &["in", "the", "name", "of"],
    &["name", "was"],
    &["registered", "to"],
];
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mister", "missus", "dr", "doctor", "professor", "prof"];
const SIGNATURES: &[&str] = &["speaking", "calling", "here", "from"];

/// Words that end or are no name.
const STOP: &[&str] = &[
    "a",
    "an",
    "the",
    "and",
    "or",
    "but",
    "i",
    "i'm",
    "i've",
    "i'd",
    "me",
    "my",
    "you",
    "your",
    "he",
    "she",
    "it",
    "it's",
    "its",
    "we",
    "they",
    "not",
    "is",
    "was",
    "are",
    "am",
    "be",
    "been",
    "being",
    "on",
    "in",
    "at",
    "of",
    "to",
    "for",
    "from",
    "with",
    "by",
    "as",
    "about",
    "calling",
    "speaking",
    "call",
    "here",
    "there",
    "that",
    "that's",
    "this",
    "these",
    "those",
    "what",
    "which",
    "who",
    "how",
    "when",
    "where",
    "why",
    "yes",
    "no",
    "yeah",
    "yep",
    "nope",
    "ok",
    "okay",
    "um",
    "uh",
    "er",
    "so",
    "if",
    "because",
    "cause",
    "then",
    "now",
    "please",
    "thanks",
    "thank",
    "hi",
    "hello",
    "hey",
    "good",
    "morning",
    "sorry",
    "spelled",
    "spelt",
    "spelling",
    "spell",
    "wrong",
    "right",
    "correct",
    "incorrect",
    "misspelled",
    "mispronounced",
    "different",
    "same",
    "changed",
    "listed",
    "under",
    "registered",
    "like",
    "just",
    "have",
    "has",
    "had",
    "having",
    "got",
    "get",
    "want",
    "wanted",
    "need",
    "needed",
    "would",
    "could",
    "can",
    "can't",
    "will",
    "won't",
    "do",
    "don't",
    "did",
    "didn't",
    "does",
    "really",
    "very",
    "all",
    "also",
    "actually",
    "account",
    "order",
    "number",
    "phone",
    "email",
    "address",
    "card",
    "name",
    "policy",
    "date",
    "birth",
    "missing",
    "unknown",
    "again",
    "too",
    "still",
    "already",
    "never",
    "always",
    "only",
    "even",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "zero",
    "customer",
    "service",
    "someone",
    "somebody",
    "nobody",
    "anyone",
    "important",
    "confidential",
    "private",
    "none",
    "let",
    "let's",
    "look",
    "looking",
    "trying",
    "waiting",
    "going",
    "ridiculous",
    "terrible",
    "great",
    "fine",
    "sir",
    "madam",
    "ma'am",
    "for",
    "sure",
    "first",
    "last",
    "middle",
    "surname",
    "manager",
    "agent",
    "supervisor",
    "our",
    "his",
    "her",
    "their",
    "us",
    "them",
    "out",
    "up",
    "off",
    "back",
    "today",
    "yesterday",
    "tomorrow",
    "since",
    "after",
    "before",
    "until",
    "while",
    "any",
    "some",
    "more",
    "most",
    "much",
    "many",
    "every",
    "over",
    "into",
    "through",
    "there's",
    "asking",
];

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    let words: Vec<&Token<'_>> = tokens.iter().filter(|token| token.kind == Kind::Word).collect();
    if !words.is_empty() {
        english(text, &words, spans);
    }
    if words.len() < tokens.len() {
        chinese(text, tokens, spans);
    }
}

fn english(text: &str, words: &[&Token<'_>], spans: &mut Vec<Span>) {
    let mut at = 0;
    while at < words.len() {
        // "my name is spelled k r i s t y n"
        let spells = words[at].is_one_of(&["spelled", "spelt", "spelling"]);
        let spelling = if spells { spelt(text, words, at) } else { None };
        let name = spelling
            .or_else(|| cued(text, words, at))
            .or_else(|| signed(text, words, at))
            .or_else(|| introduced(text, words, at));
        if let Some((first, end)) = name {
            spans.push(Span::new(text, words[first].start, words[end - 1].end(), Label::Name));
            at = end.max(at + 1);
            if let Some((first, end)) = spelt(text, words, at) {
                spans.push(Span::new(text, words[first].start, words[end - 1].end(), Label::Name));
                at = end;
            }
        } else {
            at += 1;
        }
    }
}

/// A name after a cue or a title that begins at `at`.
fn cued(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let begins = |cue: &&&[&str]| {
        cue.iter().enumerate().all(|(offset, word)| {
            words.get(at + offset).is_some_and(|token| token.is(&word.replace('’', "'")))
        })
    };
    let after = match CUES.iter().filter(begins).map(|cue| cue.len()).max() {
        Some(length) => at + length,
        None if words[at].is_one_of(TITLES) && !words[at].is("miss") => at + 1,
        None => return None,
    };
    // "miss" is more often a verb, so it is a title only after other cues: "my name is Miss Jones".
    let after = if words.get(after).is_some_and(|word| word.is_one_of(TITLES)) { after + 1 } else { after };
    name_at(text, words, after).map(|end| (after, end))
}

/// "this is maria speaking", "it's Tom Baker calling".
fn signed(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let first = match words[at] {
        word if word.is("this") && words.get(at + 1)?.is("is") => at + 2,
        word if word.is("it's") => at + 1,
        _ => return None,
    };
    let end = name_at(text, words, first)?;
    words.get(end).is_some_and(|word| word.is_one_of(SIGNATURES) && !word.is("here")).then_some((first, end))
}

/// "I'm Tom Baker": two words with capitals in a text that also has small letters.
fn introduced(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let first = match words[at] {
        word if word.is("i'm") => at + 1,
        word if word.is("i") && words.get(at + 1)?.is("am") => at + 2,
        _ => return None,
    };
    let end = name_at(text, words, first)?;
    (end - first >= 2 && words[first..end].iter().all(|word| has_capital(word))).then_some((first, end))
}

/// "that's s m i t h", "spelled J O N": three or more letters said one by one, right after a name.
fn spelt(text: &str, words: &[&Token<'_>], at: usize) -> Option<(usize, usize)> {
    let mut first = at;
    while first < at + 2
        && words.get(first)?.is_one_of(&["that's", "spelled", "spelt", "that", "is", "spelling"])
    {
        first += 1;
    }
    let letters =
        words[first.min(words.len())..].iter().take_while(|word| word.text.chars().count() == 1).count();
    let end = first + letters;
    (letters >= 3 && adjoining(text, &words[first..end])).then_some((first, end))
}

/// The index after a name of at most three words that begins at `first`.
fn name_at(text: &str, words: &[&Token<'_>], first: usize) -> Option<usize> {
    let is_name = |word: &Token<'_>| !word.is_one_of(STOP) && word.text.chars().count() > 1;
    let begin = words.get(first).filter(|word| is_name(word))?;
    let capital = has_capital(begin);
    let mut end = first + 1;
    while end < words.len()
        && end - first < 3
        && is_name(words[end])
        && has_capital(words[end]) == capital
        && adjoining(text, &words[end - 1..=end])
    {
        end += 1;
    }
    // Without capitals nothing tells a surname from the next word: two at most.
    Some(if capital { end } else { end.min(first + 2) })
}

fn has_capital(word: &Token<'_>) -> bool {
    word.text.starts_with(char::is_uppercase)
}

/// Whether only blanks, full stops and hyphens lie between words.
fn adjoining(text: &str, words: &[&Token<'_>]) -> bool {
    words
        .windows(2)
        .all(|pair| text[pair[0].end()..pair[1].start].chars().all(|c| matches!(c, ' ' | '-' | '\t')))
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝";
const DOUBLE_SURNAMES: &[&str] =
    &["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "令狐"];
const ZH_CUES: &[&str] = &[
    "我叫",
    "名字叫",
    "名字是",
    "名叫",
    "姓名是",
    "姓名",
    "本名",
    "户主是",
    "机主是",
    "机主叫",
    "收件人是",
    "收件人",
    "联系人是",
    "联系人",
    "户名是",
    "户名",
];
const ZH_TITLES: &[&str] = &["先生", "女士", "小姐", "太太", "阿姨", "同志"];
/// Characters that follow a name and are hardly ever in one.
const ZH_STOP: &str = "我你您他她它的了吗呢吧啊呀哦嗯是在有不想要就这那跟来打问说已也都还从给让把被对没能会可以因为所以然后但和与及之前后电话手机身份证地址住号码个下呃请帮申办查买订退换投什么怎谁哪很太先女";

fn chinese(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    if !tokens.iter().any(|token| token.kind == Kind::Han) {
        return;
    }
    for cue in ZH_CUES {
        for (at, _) in text.match_indices(cue) {
            let start = at + cue.len();
            let skipped = text[start..].trim_start_matches(['：', ':', ' ', '，', '是', '叫']);
            let start = text.len() - skipped.len();
            if let Some(length) = full_name(&text[start..]) {
                spans.push(Span::new(text, start, start + length, Label::Name));
            }
        }
    }
    for (at, cue) in text.match_indices('姓') {
        let start = at + cue.len();
        if let Some(length) = surname(&text[start..]).filter(|_| !text[start..].starts_with('名')) {
            let end = start + length;
            // "姓王名强", "我姓王"
            let given = text[end..]
                .strip_prefix('名')
                .and_then(given_name)
                .map_or(0, |given| given + '名'.len_utf8());
            spans.push(Span::new(text, start, end + given, Label::Name));
        }
    }
    for (at, cue) in text.match_indices("我是") {
        let start = at + cue.len();
        if let Some(length) = said_alone(&text[start..]) {
            spans.push(Span::new(text, start, start + length, Label::Name));
        }
    }
    for title in ZH_TITLES {
        for (at, _) in text.match_indices(title) {
            if let Some(start) = name_before(&text[..at]) {
                spans.push(Span::new(text, start, at, Label::Name));
            }
        }
    }
}

/// The length in bytes of the surname that a text begins with.
fn surname(text: &str) -> Option<usize> {
    if let Some(double) = DOUBLE_SURNAMES.iter().find(|name| text.starts_with(**name)) {
        return Some(double.len());
    }
    text.chars().next().filter(|c| SURNAMES.contains(*c)).map(char::len_utf8)
}

/// The length of a given name of one or two characters.
fn given_name(text: &str) -> Option<usize> {
    let length: usize = text
        .chars()
        .take(2)
        .take_while(|c| crate::script::is_han(*c) && !ZH_STOP.contains(*c))
        .map(char::len_utf8)
        .sum();
    (length > 0).then_some(length)
}

fn full_name(text: &str) -> Option<usize> {
    let family = surname(text)?;
    let given = given_name(&text[family..])?;
    // "我叫车", "我叫车来": ordering a car, not a name.
    (!text.starts_with("车")).then_some(family + given)
}

/// "我是王建国" and nothing more: one of the twenty most frequent surnames and two characters up to the clause's end.
fn said_alone(text: &str) -> Option<usize> {
    let no_name = ["马上", "周末", "周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        .iter()
        .any(|word| text.starts_with(word));
    let frequent =
        text.chars().next().is_some_and(|c| "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑".contains(c));
    let length = full_name(text).filter(|length| frequent && !no_name && *length == "王建国".len())?;
    text[length..].chars().next().is_none_or(|c| !crate::script::is_han(c)).then_some(length)
}

/// Where the surname (and given name) right before a title begins: "王先生", "张小芳女士".
fn name_before(before: &str) -> Option<usize> {
    let mut chars = before.char_indices().rev();
    let places: Vec<(usize, char)> =
        chars.by_ref().take(3).take_while(|(_, c)| crate::script::is_han(*c)).collect();
    let valid = |from: usize| {
        let (start, _) = *places.get(from)?;
        let family = surname(&before[start..])?;
        let rest = &before[start + family..];
        (rest.is_empty() || given_name(rest) == Some(rest.len())).then_some(start)
    };
    // The longest reading whose given name holds no everyday character, else the surname alone.
    (0..places.len()).rev().find_map(valid)
}
