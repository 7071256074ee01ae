//! Chinese names: after "我叫", "姓", "收件人", or before "先生" and the like.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::super::{
    Label, Span,
    token::{Kind, Token},
};
use crate::script::is_han;

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
    "机主",
    "户主叫",
    "户主",
    "收货人是",
    "收货人",
    "寄件人是",
    "寄件人",
    "投保人是",
    "投保人",
    "被保人是",
    "开户名是",
    "开户名",
    "持卡人是",
    "持卡人",
    "法人是",
    "本人叫",
    "老公叫",
    "老婆叫",
    "爱人叫",
    "爱人",
    "儿子叫",
    "女儿叫",
    "孩子叫",
    "孩子名字",
    "我妈叫",
    "我爸叫",
    "朋友叫",
    "写给",
    "，叫",
    "收件人是",
    "收件人",
    "联系人是",
    "联系人",
    "户名是",
    "户名",
];
const ZH_TITLES: &[&str] = &["先生", "女士", "小姐", "太太", "阿姨", "同志"];
/// Titles that other words stand before too ("项目经理"): only one of the frequent surnames counts there.
const ZH_POSTS: &[&str] = &["经理", "主任", "医生", "大夫", "老师", "师傅", "律师"];
const FREQUENT: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑";
/// Characters that may stand right before such a surname.
const BEFORE_POST: &str = "找叫是跟和请让给的问那位个我帮你们";
/// Characters that follow a name and are hardly ever in one.
const ZH_STOP: &str = "我你您他她它的了吗呢吧啊呀哦嗯是在有不想要就这那跟来打问说已也都还从给让把被对没能会可以因为所以然后但和与及之前后电话手机身份证地址住号码个下呃请帮申办查买订退换投什么怎谁哪很太先女";

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
    if !tokens.iter().any(|token| token.kind == Kind::Han) {
        return;
    }
    let Some(marks) = &*MARKS else { return };
    let mut hits: Vec<_> = marks.find_overlapping_iter(text).collect();
    // Of overlapping spans the first proposed wins: cues, then "姓", "我是", titles, posts, in the order of the marks.
    hits.sort_by_key(|hit| (hit.pattern(), hit.start()));
    for hit in hits {
        let span = match kind(hit.pattern().as_usize()) {
            Mark::Cue => after_cue(text, hit.end()),
            Mark::Family => after_family(text, hit.end()),
            Mark::Speaker => said_alone(&text[hit.end()..]).map(|length| (hit.end(), hit.end() + length)),
            Mark::Title => name_before(&text[..hit.start()]).map(|start| (start, hit.start())),
            Mark::Post => surname_before(&text[..hit.start()]).map(|start| (start, hit.start())),
        };
        spans.extend(span.map(|(start, end)| Span::new(text, start, end, Label::Name)));
    }
}

/// What stands before or after a name.
enum Mark {
    Cue,
    Family,
    Speaker,
    Title,
    Post,
}

/// All marks in one search. `None` can only come from lists far larger than these; a test sees it built.
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let marks = ZH_CUES.iter().chain(&["姓", "我是"]).chain(ZH_TITLES).chain(ZH_POSTS);
    AhoCorasick::new(marks).ok()
});

fn kind(pattern: usize) -> Mark {
    let after_cues = pattern.checked_sub(ZH_CUES.len());
    match after_cues {
        None => Mark::Cue,
        Some(0) => Mark::Family,
        Some(1) => Mark::Speaker,
        Some(at) if at < 2 + ZH_TITLES.len() => Mark::Title,
        Some(_) => Mark::Post,
    }
}

fn after_cue(text: &str, cue_end: usize) -> Option<(usize, usize)> {
    let skipped = text[cue_end..].trim_start_matches(['：', ':', ' ', '，', '是', '叫']);
    let start = text.len() - skipped.len();
    full_name(&text[start..]).map(|length| (start, start + length))
}

/// "姓王名强", "我姓王".
fn after_family(text: &str, start: usize) -> Option<(usize, usize)> {
    let length = surname(&text[start..]).filter(|_| !text[start..].starts_with('名'))?;
    let end = start + length;
    let given =
        text[end..].strip_prefix('名').and_then(given_name).map_or(0, |given| given + '名'.len_utf8());
    Some((start, end + given))
}

/// Where the surname right before a post begins: "找陈经理".
fn surname_before(before: &str) -> Option<usize> {
    let mut chars = before.char_indices().rev();
    let (start, _) = chars.next().filter(|(_, c)| FREQUENT.contains(*c))?;
    chars.next().is_none_or(|(_, c)| !is_han(c) || BEFORE_POST.contains(c)).then_some(start)
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
    let length: usize =
        text.chars().take(2).take_while(|c| is_han(*c) && !ZH_STOP.contains(*c)).map(char::len_utf8).sum();
    (length > 0).then_some(length)
}

fn full_name(text: &str) -> Option<usize> {
    let family = surname(text)?;
    let given = given_name(&text[family..])?;
    // "我叫车", "我叫车来": ordering a car, not a name.
    (!text.starts_with("车")).then_some(family + given)
}

/// "我是王建国" and nothing more: one of the twenty most frequent surnames and one or two characters up to the clause's end.
fn said_alone(text: &str) -> Option<usize> {
    let no_name = [
        "马上", "马路", "马虎", "周末", "周边", "周一", "周二", "周三", "周四", "周五", "周六", "周日",
        "黄牛", "黄金", "王者", "张口", "林业", "何必", "何苦",
    ]
    .iter()
    .any(|word| text.starts_with(word));
    let frequent = text.chars().next().is_some_and(|c| FREQUENT.contains(c));
    let length = full_name(text).filter(|_| frequent && !no_name)?;
    text[length..].chars().next().is_none_or(|c| !is_han(c)).then_some(length)
}

/// Where the surname (and given name) right before a title begins: "王先生", "张小芳女士".
fn name_before(before: &str) -> Option<usize> {
    let mut chars = before.char_indices().rev();
    let places: Vec<(usize, char)> = chars.by_ref().take(3).take_while(|(_, c)| is_han(*c)).collect();
    let valid = |from: usize| {
        let (start, _) = *places.get(from)?;
        let family = surname(&before[start..])?;
        let rest = &before[start + family..];
        (rest.is_empty() || given_name(rest) == Some(rest.len())).then_some(start)
    };
    // The longest reading whose given name holds no everyday character, else the surname alone.
    (0..places.len()).rev().find_map(valid)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_marks_are_well_formed() {
        assert!(super::MARKS.is_some());
    }
}
