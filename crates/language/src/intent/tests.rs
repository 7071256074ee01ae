use proptest::prelude::*;

use super::*;

fn examples() -> Vec<Labelled> {
    let rows = [
        (
            "card_arrival",
            [
                "where is my card",
                "my card has not arrived",
                "is the card on its way",
                "when does the card come",
            ],
        ),
        (
            "exchange_rate",
            ["what is the exchange rate", "which rate do you use", "rate for euros", "how do rates change"],
        ),
        ("freeze", ["freeze it now", "please freeze my account", "block and freeze", "freeze everything"]),
        ("oos", ["how tall is the tower", "tell me a joke", "who won the match", "is it raining"]),
    ];
    rows.iter()
        .flat_map(|(intent, texts)| {
            texts.map(|text| Labelled { text: text.into(), intent: (*intent).into() })
        })
        .collect()
}

fn trained(out_of_scope: Option<&str>) -> Intents {
    let how = Training { out_of_scope: out_of_scope.map(Into::into), seed: 1 };
    Intents::train(&examples(), None, &how).unwrap()
}

#[test]
fn intents_are_read_and_other_texts_are_turned_away() {
    let intents = trained(Some("oos"));
    assert_eq!(intents.names().collect::<Vec<_>>(), ["card_arrival", "exchange_rate", "freeze"]);
    let texts = ["has my card arrived", "the exchange rates", "tell me who won the match"];
    let answers = intents.read(&texts, None).unwrap();
    let given: Vec<_> = answers.iter().map(|answer| answer.intent).collect();
    assert_eq!(given, [Some("card_arrival"), Some("exchange_rate"), None]);
    assert!(answers[0].confidence > answers[2].confidence);
    assert_ne!(answers[0].runner_up.map(|(name, _)| name), Some("card_arrival"));
}

#[test]
fn without_a_label_for_it_nothing_is_out_of_scope() {
    let intents = trained(None);
    let answers = intents.read(&["", "zzzz", "joke"], None).unwrap();
    assert!(answers.iter().all(|answer| answer.intent.is_some()));
    assert_eq!(intents.names().count(), 4);
}

#[test]
fn intents_survive_their_file_and_training_is_repeatable() {
    let intents = trained(Some("oos"));
    let bytes = intents.to_bytes();
    assert_eq!(bytes, trained(Some("oos")).to_bytes());
    assert_eq!(Intents::from_bytes(&bytes), Ok(intents));
    assert_eq!(Intents::from_bytes(b"CLI"), Err(IntentFileError::Magic));
    for end in [5, 20, bytes.len() - 1] {
        assert!(matches!(Intents::from_bytes(&bytes[..end]), Err(IntentFileError::Part { .. })), "{end}");
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert_eq!(Intents::from_bytes(&longer), Err(IntentFileError::Part { part: "end" }));
}

#[test]
fn one_intent_is_too_few() {
    let mut few = examples();
    few.retain(|example| example.intent == "freeze" || example.intent == "oos");
    let how = Training { out_of_scope: Some("oos".into()), seed: 1 };
    assert_eq!(Intents::train(&few, None, &how), Err(IntentError::Intents { found: 1 }));
    assert_eq!(Intents::train(&[], None, &how), Err(IntentError::Intents { found: 0 }));
}

#[test]
fn labels_are_said_in_words() {
    assert_eq!(in_words("card_arrival").as_deref(), Some("card arrival"));
    assert_eq!(in_words("GetQuote").as_deref(), Some("get quote"));
    assert_eq!(in_words("查询余额").as_deref(), Some("查询余额"));
    assert_eq!(in_words("17"), None);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..96), magic: bool) {
        let bytes = if magic { [b"CLI1".as_slice(), &bytes].concat() } else { bytes };
        let _ = Intents::from_bytes(&bytes);
    }
}
