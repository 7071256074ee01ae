//! Chinese names: after "我叫", "姓", "收件人", or before "先生" and the like.

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

pub(super) fn find(text: &str, tokens: &[Token<'_>], spans: &mut Vec<Span>) {
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

/// "我是王建国" and nothing more: one of the twenty most frequent surnames and two characters up to the clause's end.
fn said_alone(text: &str) -> Option<usize> {
    let no_name = ["马上", "周末", "周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        .iter()
        .any(|word| text.starts_with(word));
    let frequent =
        text.chars().next().is_some_and(|c| "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑".contains(c));
    let length = full_name(text).filter(|length| frequent && !no_name && *length == "王建国".len())?;
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
