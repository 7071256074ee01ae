use calmline_core::catalog::Lang;
use proptest::prelude::*;

use super::{
    super::article::{ArticleId, Visibility},
    *,
};

fn article(form: Form, body: &str) -> Article {
    Article {
        id: ArticleId::new("a"),
        language: Lang::En,
        title: String::new(),
        form,
        body: body.into(),
        version: 1,
        visibility: Visibility::Staff,
        owner: None,
        review_by: None,
        sibling: None,
    }
}

/// Headings joined by `>`, then the text.
fn told(form: Form, body: &str) -> Vec<String> {
    let passages = cut(&article(form, body)).unwrap();
    passages.iter().map(|passage| format!("{}|{}", passage.headings.join(">"), passage.text)).collect()
}

#[test]
fn markdown_gives_passages_under_their_headings() {
    let body = "Intro *here*.\n\n# Refunds #\nWithin **14 days**,\nsee [the policy](https://x.example/a_b).\n\n## 步骤\n1. 登录\n2. 点\n   退款\n\n| Plan | Price |\n|---|---|\n| Basic | 2 * 3 |\n# Next\n```\nlet a = b[0];\n```\n";
    let wanted = [
        "|Intro here.",
        "Refunds|Within 14 days, see the policy.",
        "Refunds>步骤|1. 登录\n2. 点退款\nPlan ; Price\nBasic ; 2 * 3",
        "Next|let a = b[0];",
    ];
    assert_eq!(told(Form::Markdown, body), wanted);
}

#[test]
fn html_gives_what_a_reader_sees() {
    let body = "<!DOCTYPE html><html><head><title>x</title></head><body><!-- no --><h1>Sign <b>in</b></h1>\
        <p>Press&nbsp;<kbd>Enter</kbd> &amp; wait.<p>Then 5 &lt; 6 &#x4F60;<script>if (a < b) { alert('</p>') }</script>\
        <ul><li>one<li>two</ul><h2 title='a > b'>More</h2>a < b<table><tr><td>x</td><td>y</td></tr></table></body>";
    let wanted = ["Sign in|Press Enter & wait.\nThen 5 < 6 你\none\ntwo", "Sign in>More|a < b\nx; y"];
    assert_eq!(told(Form::Html, body), wanted);
}

#[test]
fn tables_give_a_passage_a_row_and_say_what_is_missing() {
    assert_eq!(
        told(Form::Csv, "\u{feff}问题,答案\n怎么退款？,\"登录, 再点退款\"\n,\n"),
        ["怎么退款？|登录, 再点退款"]
    );
    assert_eq!(told(Form::Csv, "id\ttext\n1\tone, two\n"), ["|one, two"]);
    let error = cut(&article(Form::Csv, "q,a\n1,2\n")).unwrap_err();
    assert!(error.to_string().contains("article a, line 1") && error.to_string().contains("q, a"), "{error}");
    let error = cut(&article(Form::Markdown, "\n---\n")).unwrap_err();
    assert_eq!(error, ArticleError::Empty { article: "a".into() });
}

#[test]
fn long_paragraphs_end_at_sentences() {
    let sentence = "Some words that fill a sentence up to a length.";
    let told = told(Form::Plain, &vec![sentence; 40].join(" "));
    assert!(told.len() >= 3, "{told:?}");
    assert!(told.iter().all(|text| text.len() <= LONG + 2 && text.ends_with("length.")), "{told:?}");
    assert_eq!(told.iter().map(|text| text.matches(sentence).count()).sum::<usize>(), 40);
}

proptest! {
    #[test]
    fn no_body_makes_the_readers_panic(body in "[<>&;#/a-z\"'!\\- \n|*\\[\\]()`你。x0-9]{0,80}") {
        for form in [Form::Markdown, Form::Html, Form::Csv, Form::Plain] {
            drop(cut(&article(form, &body)));
        }
    }
}
