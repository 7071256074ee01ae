//! Service-call phrases, in both languages: what must count, and above all what must not.

use proptest::prelude::*;

use super::*;

/// Angry, swearing about things, quoting, denying, speaking of oneself: never abuse.
const NOT_ABUSE: &[&str] = &[
    "the damn printer is broken again",
    "this stupid machine ate my card and nobody gives a shit",
    "I am so fucking angry, I have been on hold for an hour",
    "your website is a piece of shit",
    "that is complete bullshit and you know it",
    "he called me an idiot and hung up on me",
    "your colleague told me to go to hell yesterday",
    "I'm not saying you are stupid, I just want my money back",
    "you are not an idiot, I know it's the company's fault",
    "I am such an idiot, I forgot my password",
    "do you think I am stupid",
    "stop treating me like an idiot",
    "my boss will kill me if this is late",
    "I want to speak to your manager right now, this is unacceptable",
    "I'm going to sue your company",
    "it's killing me how slow this is",
    "this is the worst service I have ever had",
    "hell no I did not order that",
    "how do I kill this subscription",
    "the crappy router died, damn it",
    "what a stupid policy",
    "I was born in scunthorpe",
    "you people charged me twice and I am furious",
    "thank you so much, you have been very patient",
    "my neighbour is a bitch, can I change the wifi password",
    "这破打印机又坏了，真他妈烦",
    "你们这个垃圾软件天天闪退",
    "垃圾分类的袋子怎么买",
    "我都等了一个小时了，到底有没有人管",
    "他骂我是傻逼，我要投诉他",
    "你们上个客服骂我神经病",
    "我没有说你是骗子",
    "我真是个傻子，密码又忘了",
    "别把我当傻子",
    "你们公司太差劲了，我要投诉",
    "气死我了，怎么还没到",
    "我快被这个系统逼疯了",
    "再不解决我就报警了",
    "谢谢你，态度真好",
    "这个手机垃圾得要命",
    "你觉得我是白痴吗",
    "我是河南人，想查一下话费",
    "我女儿在美国，能不能寄到那边",
];

/// Aimed at the person who listens.
const ABUSE: &[&str] = &[
    "fuck you",
    "you are a complete idiot",
    "you stupid bitch",
    "are you stupid or what",
    "shut the fuck up and fix it",
    "I know where you live",
    "I hope you die",
    "you're a useless piece of shit",
    "you fucking moron get me your supervisor",
    "go to hell you bastard",
    "go kill yourself",
    "idiot",
    "what are you wearing sweetheart",
    "i will find you and break your neck",
    "you are the most stupid person i have ever talked to",
    "youre a worthless human",
    "你是不是傻逼",
    "你个傻逼",
    "你他妈有病吧",
    "滚蛋",
    "操你妈",
    "你就是个废物",
    "你这个蠢猪听不懂人话吗",
    "我弄死你信不信",
    "你怎么不去死",
    "你们全家死光",
    "死全家",
    "你脑子进水了吧",
    "你算什么东西",
    "白痴",
    "你等着我找人收拾你",
];

/// Calls for help.
const HELP: &[&str] = &[
    "I want to speak to a supervisor",
    "let me talk to your manager please",
    "can I speak with a real person",
    "get me your boss right now",
    "representative please",
    "I'd like to make a formal complaint",
    "you will hear from my lawyer",
    "please call an ambulance he is not breathing",
    "I am going to call the police",
    "don't make me call the police",
    "I don't want to live anymore",
    "why can't I talk to a human being",
    "put me through to the complaints department",
    "转人工",
    "我要找你们领导",
    "叫你们经理来接电话",
    "我要投诉",
    "再不处理我就打12315",
    "麻烦帮我转一下主管",
    "快叫救护车",
    "我要报警",
    "我不想活了",
    "能不能给我换个人",
];

/// No calls for help, or denied ones.
const NO_HELP: &[&str] = &[
    "I don't need a manager, you can do it",
    "no I don't want to complain, everything is fine",
    "my brother is a police officer and wants to change his plan",
    "my job title is account manager",
    "I'd like to order a coffee machine",
    "thank you for your help",
    "the delivery was on time",
    "不用转人工了，谢谢",
    "我不是要投诉，就是问一下",
    "我想查一下这个月的话费",
    "不用找你们领导",
    "没有要报警的意思",
];

#[test]
fn anger_is_not_abuse() {
    let wrong: Vec<_> =
        NOT_ABUSE.iter().filter(|text| abuse(text) >= ABUSIVE).map(|text| (text, abuse(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn abuse_of_the_listener_is_seen() {
    let missed: Vec<_> =
        ABUSE.iter().filter(|text| abuse(text) < ABUSIVE).map(|text| (text, abuse(text))).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn calls_for_help_are_heard_and_denied_ones_are_not() {
    let missed: Vec<_> = HELP.iter().filter(|text| help(text) < 0.7).map(|text| (text, help(text))).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let wrong: Vec<_> =
        NO_HELP.iter().filter(|text| help(text) >= 0.5).map(|text| (text, help(text))).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn sentiment_has_the_right_sign() {
    for text in [
        "thank you so much you have been very helpful",
        "great it works now",
        "I love this, perfect",
        "太感谢了，问题解决了",
        "服务态度非常好",
        "还不错，挺满意的",
        "味道不错，送得很快",
    ] {
        assert!(sentiment(text) > NEUTRAL, "{text}: {}", sentiment(text));
    }
    for text in [
        "this is unacceptable I have been waiting for two hours",
        "I am fed up with this terrible service",
        "I am not happy at all",
        "you charged me twice and nobody called me back",
        "你们这是什么态度，太差了",
        "等了一个多小时还没送到",
        "一点都不好，再也不会买了",
        "我很不满意",
    ] {
        assert!(sentiment(text) < -NEUTRAL, "{text}: {}", sentiment(text));
    }
    for text in [
        "my account number is 12345",
        "i'd like to change my address",
        "我想查一下话费",
        "帮我查一下订单",
        "",
    ] {
        assert!(sentiment(text).abs() < NEUTRAL, "{text}: {}", sentiment(text));
    }
}

#[test]
fn form_does_not_change_the_reading() {
    assert_eq!(abuse("YOU ARE AN IDIOT!!!"), abuse("you are an idiot"));
    assert_eq!(abuse("ｙｏｕ ａｒｅ ａｎ ｉｄｉｏｔ"), abuse("you are an idiot"));
    assert_eq!(help("转人工！！！"), help("转人工"));
}

#[test]
fn abuse_has_a_kind_and_a_severity() {
    for (text, kind) in [
        ("i will find you and break your neck", AbuseKind::Threat),
        ("what are you wearing sweetheart", AbuseKind::Harassment),
        ("you are a complete idiot", AbuseKind::Insult),
        ("我弄死你信不信", AbuseKind::Threat),
        ("陪我睡一晚", AbuseKind::Harassment),
        ("你个傻逼", AbuseKind::Insult),
    ] {
        assert!(
            abuse_kinds(text).first().is_some_and(|(of, severity)| *of == kind && *severity >= ABUSIVE),
            "{text}"
        );
    }
    assert!(abuse_kinds("the damn printer is broken").is_empty());
}

#[test]
fn emotions_are_told_apart_and_left_open_where_words_disagree() {
    for (text, name) in [
        ("I am furious, this is unacceptable", "anger"),
        ("I'm so worried and scared", "fear"),
        ("she passed away and I am heartbroken", "sadness"),
        ("wow I can't believe it", "surprise"),
        ("great, thank you so much", "joy"),
        ("气死我了，太过分了", "anger"),
        ("我好担心，很害怕", "fear"),
        ("太难过了，哭了一晚上", "sadness"),
        ("天哪，竟然是真的", "surprise"),
        ("太好了，谢谢你", "joy"),
    ] {
        assert_eq!(emotions(text).leading().map(|(name, _)| name), Some(name), "{text}");
    }
    for text in [
        "oh great, I love it when you charge me twice, I'm furious, disgusting",
        "what is my balance",
        "我没生气",
        "I'm not angry",
    ] {
        assert_eq!(emotions(text).leading(), None, "{text}: {:?}", emotions(text));
    }
    assert!(emotions("我好害怕，好难过").distress() > 0.9);
}

#[test]
fn politeness_has_the_right_sign() {
    for text in ["could you please check that, thank you", "请问您方便帮我查一下吗，谢谢"] {
        assert!(politeness(text) > 0.5, "{text}");
    }
    for text in ["shut up and do your job", "please shut the hell up", "少废话，赶紧的，你有病吗"]
    {
        assert!(politeness(text) < -0.3, "{text}: {}", politeness(text));
    }
    assert_eq!(politeness("the balance of my account"), 0.0);
}

#[test]
fn a_reading_names_its_words() {
    for (text, sign, words) in [
        ("I want to kill myself", Sign::Crisis, vec!["kill myself"]),
        ("你们太过分了，我要投诉", Sign::Help, vec!["我要投诉"]),
        ("you stupid idiot", Sign::Abuse, vec!["stupid", "idiot"]),
        ("this is terrible", Sign::Sentiment, vec!["terrible"]),
        ("服务态度非常好", Sign::Sentiment, vec!["好"]),
    ] {
        let told = evidence(text, sign);
        assert!(words.iter().all(|word| told.iter().any(|of| of.contains(word))), "{text}: {told:?}");
    }
    assert!(evidence("what is my balance", Sign::Crisis).is_empty());
}

proptest! {
    #[test]
    fn any_text_has_readings_within_range(text in "\\PC{0,120}") {
        let signs = signs(&text);
        prop_assert!((-1.0..=1.0).contains(&signs.sentiment));
        prop_assert!((0.0..=1.0).contains(&abuse(&text)) && (0.0..=1.0).contains(&help(&text)));
        prop_assert!((0.0..=1.0).contains(&crisis(&text)) && (-1.0..=1.0).contains(&politeness(&text)));
        prop_assert!(emotions(&text).named().iter().all(|(_, reading)| (0.0..=1.0).contains(reading)));
        for sign in [Sign::Sentiment, Sign::Abuse, Sign::Help, Sign::Crisis, Sign::Emotion, Sign::Politeness] {
            prop_assert!(evidence(&text, sign).iter().all(|words| normalise(&text).contains(words)));
        }
    }

    #[test]
    fn pieces_of_the_lexicons_thrown_together_have_readings_too(
        pieces in proptest::collection::vec(proptest::sample::select([NOT_ABUSE, ABUSE, HELP].concat()), 0..5),
        cut in 0_usize..40,
    ) {
        let text: String = pieces.concat().chars().skip(cut).collect();
        prop_assert!((0.0..=1.0).contains(&abuse(&text)));
    }
}
