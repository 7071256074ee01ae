//! Finding articles: by words, by sound, by their beginning, and by nobody who may not see them.

use std::collections::BTreeSet;

use calmline_assist::knowledge::{
    Article, ArticleError, ArticleId, Form, Gaps, Library, Query, Viewer, Visibility,
};
use calmline_core::{Timestamp, catalog::Lang};
use calmline_language::redact;
use proptest::prelude::*;

fn article(id: &str, language: Lang, title: &str, body: &str) -> Article {
    Article {
        id: ArticleId::new(id),
        language,
        title: title.into(),
        form: Form::Markdown,
        body: body.into(),
        version: 2,
        visibility: Visibility::Staff,
        owner: None,
        review_by: None,
        sibling: None,
    }
}

fn library() -> Library {
    let mut secret =
        article("fraud", Lang::En, "Fraud signs", "A refund to another card is a sign of fraud.");
    secret.visibility = Visibility::Teams(["risk".to_owned()].into());
    let mut library = Library::default();
    let faults = library.put(
        vec![
            article(
                "refund",
                Lang::En,
                "Refunds",
                "# How long\nA refund takes five days. It goes to the same card.\n# Fee\nNo fee is charged.",
            ),
            article("receipt", Lang::En, "Receipts", "Receipts are sent by mail."),
            article("tuikuan", Lang::Zh, "退款流程", "登录后在订单页面申请退款。三个工作日内到账。"),
            article("mima", Lang::Zh, "重置密码", "先核实身份，再发送重置短信。"),
            secret,
        ],
        None,
    );
    assert_eq!(faults, []);
    library
}

fn staff(teams: &[&str]) -> Viewer {
    Viewer::Staff { teams: teams.iter().map(|team| (*team).to_owned()).collect::<BTreeSet<_>>() }
}

fn found(library: &Library, text: &str, typing: bool, viewer: &Viewer) -> Vec<String> {
    let hits = library.search(&Query { text, typing, limit: 5 }, viewer, None);
    hits.iter().map(|hit| hit.article.id.to_string()).collect()
}

#[test]
fn the_right_article_is_first_however_it_is_written() {
    let library = library();
    for (text, typing, wanted) in [
        ("how many days does a refund take", false, "refund"),
        ("REFUNDS", false, "refund"),
        ("reciept", false, "receipt"),
        ("recei", true, "receipt"),
        ("退款怎么申请", false, "tuikuan"),
        ("tuikuan liucheng", false, "tuikuan"),
        ("tuikuan", true, "tuikuan"),
        ("退宽流程", false, "tuikuan"),
        ("chongzhi mima", false, "mima"),
        ("密码忘了", false, "mima"),
    ] {
        assert_eq!(
            found(&library, text, typing, &staff(&[])).first().map(String::as_str),
            Some(wanted),
            "{text}"
        );
    }
    for text in ["", "zebra", "？"] {
        assert_eq!(found(&library, text, false, &staff(&[])), [""; 0], "{text}");
    }
}

#[test]
fn a_hit_quotes_the_sentence_that_speaks_to_the_question() {
    let library = library();
    let query = Query { text: "which card does the refund go to", typing: false, limit: 1 };
    let hits = library.search(&query, &staff(&[]), None);
    let hit = &hits[0];
    assert_eq!(&hit.passage.text[hit.quote.clone()], "It goes to the same card.");
    assert_eq!(hit.passage.headings, ["How long"]);
    assert!(hit.answers() && hit.meaning.is_none());
}

#[test]
fn what_somebody_may_not_see_is_not_found_by_them() {
    let library = library();
    let text = "fraud sign refund another card";
    assert_eq!(found(&library, text, false, &staff(&["risk"]))[0], "fraud");
    for viewer in [staff(&[]), staff(&["billing"])] {
        assert!(!found(&library, text, false, &viewer).contains(&"fraud".to_owned()));
    }
    assert_eq!(found(&library, text, false, &Viewer::Customer), [""; 0], "nothing here is public");
}

#[test]
fn a_newer_version_replaces_an_older_one_and_never_the_other_way() {
    let mut library = library();
    let mut old = article("refund", Lang::En, "Refunds", "Outdated words about zebras.");
    old.version = 1;
    library.put(vec![old.clone()], None);
    assert_eq!(found(&library, "zebras", false, &staff(&[])), [""; 0]);
    old.version = 3;
    library.put(vec![old], None);
    assert_eq!(found(&library, "zebras", false, &staff(&[])), ["refund"]);
    library.remove(&[ArticleId::new("refund")]);
    assert_eq!(found(&library, "zebras", false, &staff(&[])), [""; 0]);
    let empty = article("none", Lang::En, "None", " ");
    assert_eq!(library.put(vec![empty], None), [ArticleError::Empty { article: "none".into() }]);
}

#[test]
fn what_is_asked_and_not_found_becomes_a_list_without_names() {
    let library = library();
    let mut gaps = Gaps::default();
    let mut ask = |text: &str, second: i64| {
        let hits = library.search(&Query { text, typing: false, limit: 3 }, &staff(&[]), None);
        gaps.asked(&redact(text), &hits, Timestamp::from_second(second).unwrap());
    };
    ask("how many days does a refund take", 1);
    ask("Where is the zebra? Call 13812345678", 2);
    ask("国际运费怎么算", 3);
    ask("国际运费，怎么算？", 9);
    ask("国际运费怎么算", 5);
    let list: Vec<_> =
        gaps.list().iter().map(|gap| (gap.question.clone(), gap.language, gap.times)).collect();
    assert_eq!(list[0], ("国际运费怎么算".into(), Some(Lang::Zh), 2));
    assert_eq!(list.len(), 3);
    assert!(gaps.list().iter().all(|gap| !gap.question.contains("138")));
    gaps.settled("国际运费怎么算");
    assert_eq!(gaps.list().len(), 2);
}

proptest! {
    #[test]
    fn no_question_makes_it_panic_and_quotes_lie_within_their_passage(text in "[a-zA-Z退款密码宽tuikuan '.?。0-9]{0,24}", typing in any::<bool>()) {
        let library = library();
        for hit in library.search(&Query { text: &text, typing, limit: 5 }, &staff(&["risk"]), None) {
            prop_assert!(hit.passage.text.get(hit.quote.clone()).is_some());
        }
    }
}
