//! What callers say, and where they end.

use calmline_core::{Position, event::WordSigns};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

fn settings() -> Result<EntranceSettings, Box<dyn std::error::Error>> {
    Ok(serde_json::from_value(serde_json::json!({
        "otherwise": "main",
        "departments": { "refund": "billing", "invoice": "billing", "fault": "technicians" },
        "names": {
            "refund": { "en": "a refund", "zh": "退款" },
            "fault": { "en": "a fault", "zh": "报修" },
        },
    }))?)
}

struct Stage {
    entrance: Entrance,
    told: u64,
}

impl Stage {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self { entrance: Entrance::new(SiteId::new("s")?, settings()?), told: 0 })
    }

    fn tell(&mut self, second: i64, body: Body) -> Result<Vec<EntranceDecision>, Box<dyn std::error::Error>> {
        self.told += 1;
        let told = Draft::told(SiteId::new("s")?, "acd", &self.told.to_string(), at(second), body);
        let drafts = self.entrance.apply(&told.at_position(Position(self.told)));
        Ok(drafts
            .into_iter()
            .filter_map(|draft| match draft.body {
                Body::EntranceDecided { decided, .. } => Some(decided),
                _ => None,
            })
            .collect())
    }

    fn open(&mut self) -> Outcome {
        assert!(self.tell(0, Body::EntranceOpened { call: CallId::new("c")? })?.is_empty());
        Ok(())
    }

    fn says(
        &mut self,
        second: i64,
        intents: &[(&str, f64)],
        signs: Option<WordSigns>,
    ) -> Result<Vec<EntranceDecision>, Box<dyn std::error::Error>> {
        let named = |place: usize| intents.get(place).filter(|(name, _)| !name.is_empty());
        let body = Body::Utterance {
            call: CallId::new("c")?,
            party: Party::Customer,
            start_s: 0.0,
            end_s: 1.0,
            language: None,
            confidence: None,
            text: None,
            signs,
            intent: (!intents.is_empty()).then(|| Intent {
                name: named(0).map(|(name, _)| (*name).to_owned()),
                confidence: Share::new(intents[0].1),
                runner_up: named(1).map(|(name, share)| ((*name).to_owned(), Share::new(*share))),
            }),
        };
        self.tell(second, body)
    }
}

fn transfer(decided: &[EntranceDecision]) -> Option<(&str, Option<&str>, &str)> {
    let [EntranceDecision { step: EntranceStep::Transfer { queue, intent }, reason }] = decided else {
        return None;
    };
    Some((queue.as_str(), intent.as_ref().map(IntentId::as_str), reason.code.as_str()))
}

fn question(decided: &[EntranceDecision]) -> Option<Vec<&str>> {
    let [EntranceDecision { step: EntranceStep::Ask { choices }, .. }] = decided else { return None };
    Some(choices.iter().map(IntentId::as_str).collect())
}

#[test]
fn what_is_understood_is_passed_on_at_once_and_once() -> Outcome {
    let mut stage = Stage::new()?;
    stage.open()?;
    let decided = stage.says(2, &[("refund", 0.9), ("fault", 0.05)], None)?;
    assert_eq!(transfer(&decided), Some(("billing", Some("refund"), "entrance.why.sure")));
    assert!(stage.says(4, &[("fault", 0.9)], None)?.is_empty(), "the caller is on the way");
    assert_eq!(stage.entrance.kept(), 0);
    Ok(())
}

#[test]
fn two_things_for_one_department_need_no_question() -> Outcome {
    let mut stage = Stage::new()?;
    stage.open()?;
    let decided = stage.says(2, &[("refund", 0.45), ("invoice", 0.4)], None)?;
    assert_eq!(transfer(&decided), Some(("billing", Some("refund"), "entrance.why.sure")));
    Ok(())
}

#[test]
fn what_is_unclear_is_asked_about_once() -> Outcome {
    for (answer, wanted) in [
        (vec![("fault", 0.3)], ("technicians", Some("fault"), "entrance.why.chosen")),
        (vec![("invoice", 0.4), ("refund", 0.3)], ("billing", Some("refund"), "entrance.why.chosen")),
        (vec![("invoice", 0.8)], ("billing", Some("invoice"), "entrance.why.sure")),
        (vec![("", 0.1)], ("main", None, "entrance.why.still_unsure")),
        (vec![("invoice", 0.3)], ("main", None, "entrance.why.still_unsure")),
    ] {
        let mut stage = Stage::new()?;
        stage.open()?;
        let decided = stage.says(2, &[("refund", 0.5), ("fault", 0.4)], None)?;
        assert_eq!(question(&decided), Some(vec!["refund", "fault"]));
        assert_eq!(transfer(&stage.says(8, &answer, None)?), Some(wanted), "{answer:?}");
    }
    Ok(())
}

#[test]
fn nothing_that_is_known_and_what_has_no_name_are_asked_about_openly() -> Outcome {
    for said in
        [vec![("", 0.1)], vec![("invoice", 0.5), ("fault", 0.4)], vec![("refund", 0.5), ("fault", 0.1)]]
    {
        let mut stage = Stage::new()?;
        stage.open()?;
        assert_eq!(question(&stage.says(2, &said, None)?), Some(Vec::new()), "{said:?}");
        let decided = stage.says(5, &[("fault", 0.4)], None)?;
        assert_eq!(transfer(&decided), Some(("technicians", Some("fault"), "entrance.why.sure")));
    }
    Ok(())
}

#[test]
fn who_asks_for_a_person_or_tells_of_danger_is_asked_nothing() -> Outcome {
    let signs = |help, crisis| {
        let mut signs: WordSigns =
            serde_json::from_value(serde_json::json!({"sentiment": 0.0, "abuse": 0.0, "help": help}))?;
        signs.crisis = Share::new(crisis);
        Ok::<_, serde_json::Error>(Some(signs))
    };
    let mut stage = Stage::new()?;
    stage.open()?;
    let decided = stage.says(1, &[("", 0.1)], signs(0.9, 0.0)?)?;
    assert_eq!(transfer(&decided), Some(("main", None, "entrance.why.person")));
    let mut stage = Stage::new()?;
    stage.open()?;
    let decided = stage.says(1, &[("fault", 0.8)], signs(0.9, 0.0)?)?;
    assert_eq!(transfer(&decided), Some(("technicians", Some("fault"), "entrance.why.person")));
    let mut stage = Stage::new()?;
    stage.open()?;
    let decided = stage.says(1, &[("refund", 0.9)], signs(0.9, 0.8)?)?;
    assert_eq!(transfer(&decided), Some(("main", None, "entrance.why.danger")));
    Ok(())
}

#[test]
fn who_says_nothing_speaks_with_a_person_in_time() -> Outcome {
    let mut stage = Stage::new()?;
    stage.open()?;
    assert_eq!(stage.entrance.next_wake(), Some(at(20)));
    assert!(stage.tell(19, Body::TimerFired {})?.is_empty());
    assert_eq!(transfer(&stage.tell(20, Body::TimerFired {})?), Some(("main", None, "entrance.why.silent")));
    let mut stage = Stage::new()?;
    stage.open()?;
    assert!(question(&stage.says(15, &[("", 0.1)], None)?).is_some());
    assert!(stage.tell(30, Body::TimerFired {})?.is_empty(), "a question gives time to answer it");
    assert_eq!(transfer(&stage.tell(35, Body::TimerFired {})?), Some(("main", None, "entrance.why.silent")));
    Ok(())
}

#[test]
fn a_closed_entrance_decides_nothing() -> Outcome {
    let mut entrance = Entrance::new(SiteId::new("s")?, EntranceSettings::default());
    let opened = Body::EntranceOpened { call: CallId::new("c")? };
    let told = Draft::told(SiteId::new("s")?, "acd", "1", at(0), opened);
    assert!(entrance.apply(&told.at_position(Position(1))).is_empty());
    assert_eq!(entrance.next_wake(), None);
    Ok(())
}

proptest! {
    /// Whatever a caller says, and whenever: one question at most, and exactly one place in the end.
    #[test]
    fn everybody_arrives_and_nobody_is_asked_twice(
        said in prop::collection::vec((0_i64..12, 0_usize..4, 0.0..1.0_f64, 0_usize..4, 0.0..0.5_f64), 0..6),
    ) {
        let names = ["refund", "invoice", "fault", ""];
        let mut stage = Stage::new().unwrap();
        stage.open().unwrap();
        let (mut second, mut asked, mut moved) = (0, 0, 0);
        let mut decided = Vec::new();
        for (pause, first, share, other, less) in said {
            second += pause;
            decided.extend(stage.says(second, &[(names[first], share), (names[other], less.min(share))], None).unwrap());
        }
        decided.extend(stage.tell(second + 60, Body::TimerFired {}).unwrap());
        for decision in decided {
            match decision.step {
                EntranceStep::Ask { .. } => {
                    prop_assert_eq!(moved, 0);
                    asked += 1;
                }
                EntranceStep::Transfer { .. } => moved += 1,
            }
        }
        prop_assert!(asked <= 1);
        prop_assert_eq!(moved, 1);
        prop_assert_eq!(stage.entrance.kept(), 0);
    }
}
