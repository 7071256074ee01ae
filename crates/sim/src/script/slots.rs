//! What fills the gaps of a scene: names, numbers, goods. Everybody and everything here is made up.
//!
//! Telephone numbers look like real ones but come from ranges without subscribers: for English Ofcom's range for drama
//! (020 7946 0xxx), for Chinese the prefix 142, which no mobile network was found to use. Mail addresses are under `example.com` (RFC 2606).

use calmline_core::catalog::Lang;

use crate::rng::Rng;

/// The gaps that a scene may use, without their braces.
pub(super) const NAMES: [&str; 12] = [
    "agent",
    "second",
    "caller",
    "order",
    "account",
    "amount",
    "product",
    "phone",
    "address",
    "day",
    "reference",
    "email",
];

struct Words {
    agents: &'static [&'static str],
    first: &'static [&'static str],
    last: &'static [&'static str],
    products: &'static [&'static str],
    streets: &'static [&'static str],
    days: &'static [&'static str],
}

const EN: Words = Words {
    agents: &[
        "Alice", "Ben", "Carol", "Daniel", "Emma", "Frank", "Grace", "Henry", "Ivy", "Jack", "Kate", "Liam",
    ],
    first: &["Peter", "Susan", "James", "Linda", "Martin", "Helen", "Oliver", "Rachel", "Thomas", "Nora"],
    last: &["Brown", "Carter", "Dawson", "Foster", "Hughes", "Miller", "Palmer", "Shaw", "Turner", "Walsh"],
    products: &["router", "tablet", "coffee machine", "phone", "printer", "headset", "television"],
    streets: &["Mill Lane", "Station Road", "Church Street", "Park Avenue", "Victoria Road", "Orchard Close"],
    days: &["Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
};

const ZH: Words = Words {
    agents: &["李娜", "王芳", "陈静", "刘洋", "赵敏", "周杰", "吴倩", "孙丽", "郑伟", "何雪", "林涛", "高翔"],
    first: &["建国", "秀英", "志强", "丽华", "文博", "晓燕", "海涛", "雅琴", "子轩", "美玲"],
    last: &["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周"],
    products: &["路由器", "平板电脑", "咖啡机", "手机", "打印机", "耳机", "电视机"],
    streets: &["中山路", "人民路", "解放大道", "建设街", "和平路", "长江路"],
    days: &["星期二", "星期三", "星期四", "星期五", "星期六"],
};

const DIGITS_ZH: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn digits(rng: &mut Rng, count: usize) -> String {
    (0..count).map(|_| char::from(b'0' + rng.below(10) as u8)).collect()
}

/// The fillings of one call, in the order of [`NAMES`].
pub(super) fn fill(lang: Lang, rng: &mut Rng) -> [String; NAMES.len()] {
    let words = match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    };
    let agent = *rng.pick(words.agents);
    let others: Vec<&str> = words.agents.iter().copied().filter(|name| *name != agent).collect();
    let second = *rng.pick(&others);
    let (first, last) = (*rng.pick(words.first), *rng.pick(words.last));
    let number = 1 + rng.below(180);
    let street = *rng.pick(words.streets);
    let mailbox = digits(rng, 4);
    let (caller, amount, phone, address, email) = match lang {
        Lang::En => (
            format!("{first} {last}"),
            format!("{} pounds", 18 + rng.below(170)),
            format!("020 7946 0{}", digits(rng, 3)),
            format!("{number} {street}, Bristol, BS1 4ZZ"),
            format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase()),
        ),
        Lang::Zh => (
            format!("{last}{first}"),
            format!("{}元", 60 + rng.below(800)),
            format!("142{}", digits(rng, 8)),
            format!("杭州市西湖区{street}{number}号{}室", 101 + rng.below(900)),
            format!("kehu{mailbox}@example.com"),
        ),
    };
    let order = spaced(lang, &digits(rng, 8));
    let account = spaced(lang, &digits(rng, 7));
    let reference = format!("{}{}", ["A", "B", "C", "D"][rng.below(4)], digits(rng, 5));
    let product = (*rng.pick(words.products)).to_owned();
    let day = (*rng.pick(words.days)).to_owned();
    [
        agent.into(),
        second.into(),
        caller,
        order,
        account,
        amount,
        product,
        phone,
        address,
        day,
        reference,
        email,
    ]
}

/// A number as people say it: in groups in English, digit by digit in Chinese.
fn spaced(lang: Lang, digits: &str) -> String {
    match lang {
        Lang::En => {
            let (head, tail) = digits.split_at(digits.len() / 2);
            format!("{head} {tail}")
        }
        Lang::Zh => {
            digits.bytes().filter_map(|b| DIGITS_ZH.get(usize::from(b.wrapping_sub(b'0')))).copied().collect()
        }
    }
}
