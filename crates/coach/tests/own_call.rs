//! One's own call as a scenario, and one's own voice in practice.

use std::sync::Arc;

use calmline_coach::practice::{
    ImportError, Said, Scenario, Script, Session, Speaker, Tone, ToneError, import, library, play,
};
use calmline_core::{
    AccountId, AgentId, Body, CallId, Party, Share, SiteId, Timestamp,
    catalog::Lang,
    policy::{Ask, Notice, Profile, Purpose, Refusal, SitePolicy, VoiceAffect},
};

fn said(speaker: Speaker, text: &str) -> Said {
    Said { speaker, text: text.into(), arousal: None }
}

fn call(lang: Lang) -> Vec<Said> {
    use Speaker::{Agent, Caller};
    match lang {
        Lang::En => vec![
            said(Caller, "I am furious, the boiler man never came and it's freezing in here."),
            said(Agent, "What's the booking reference, please?"),
            said(Caller, "It's under my phone number, 07700 900123."),
            said(Agent, "I can book an engineer for tomorrow morning."),
            said(Caller, "Tomorrow. Well, I suppose that has to do."),
        ],
        Lang::Zh => vec![
            said(Caller, "气死我了，约好的师傅又没来，家里冷得要命。"),
            said(Agent, "请问您的预约单号是多少？"),
            said(Caller, "我手机号13800138000，你查。"),
            said(Agent, "我马上给您安排师傅明天一早上门。"),
            said(Caller, "明天早上，行吧。"),
        ],
    }
}

#[test]
fn ones_own_call_becomes_a_scenario_that_can_be_played_and_holds_no_number() {
    for lang in [Lang::En, Lang::Zh] {
        let draft = import("my-call", "A hard call", lang, &call(lang)).expect("a draft");
        assert!(!draft.contains("900123") && !draft.contains("13800138000"), "{draft}");
        let scenario = Arc::new(Scenario::parse(&draft).expect("it parses"));
        assert_eq!((scenario.facts.len(), scenario.goals.len()), (1, 1), "{draft}");
        assert!(play(&scenario, 1, Script::Good).1.is_good());
        assert!(!play(&scenario, 1, Script::Harsh).1.is_good());
    }
}

#[test]
fn a_call_without_offers_or_words_is_refused_with_the_remedy() {
    let mut call = call(Lang::En);
    call.remove(3);
    assert_eq!(import("x", "x", Lang::En, &call), Err(ImportError::NoOffer));
    assert_eq!(import("x", "x", Lang::En, &call[..1]), Err(ImportError::TooShort { found: 1 }));
    let names = import("Not A Name", "x", Lang::Zh, &self::call(Lang::Zh));
    assert!(matches!(&names, Err(ImportError::Draft(error)) if error.field == "id"), "{names:?}");
}

fn policy(profile: Profile) -> SitePolicy {
    let mut policy = SitePolicy::new(SiteId::new("s").expect("an id"), profile);
    for notice in Notice::ALL {
        let by = AccountId::new("admin").expect("an id");
        policy.apply(&Body::NoticeConfirmed { notice, text_sha256: String::new(), by });
    }
    for purpose in Purpose::ALL {
        let agent = AgentId::new("a").expect("an id");
        policy.apply(&Body::ConsentGiven { agent, purpose, policy_version: 1 });
    }
    policy
}

#[test]
fn under_eu_and_strict_there_is_no_tone_and_elsewhere_it_stays_with_the_learner() {
    let (call, agent) = (CallId::new("practice").expect("an id"), AgentId::new("a").expect("an id"));
    let now = Timestamp::UNIX_EPOCH;
    let ask = Ask { call: &call, party: Party::Agent, agent: Some(&agent), now };
    for profile in [Profile::Eu, Profile::Strict] {
        assert!(matches!(policy(profile).ask::<VoiceAffect>(&ask), Err(Refusal::Forbidden { .. })));
    }
    let cn = policy(Profile::Cn);
    let permit = cn.ask::<VoiceAffect>(&ask).expect("consented");
    let tone = Tone::heard(&permit, Share::new(0.9), now).expect("the agent's own");
    let mut session = Session::open(Arc::clone(&library()[0]), 1, false);
    session.say("You need to calm down");
    let before = (session.debrief(), *session.state());
    session.note(&tone);
    assert_eq!((session.debrief(), *session.state()), before);
    assert_eq!(session.tone_notes().len(), 1);
    let caller = cn.ask::<VoiceAffect>(&Ask { party: Party::Customer, ..ask }).expect("noticed");
    assert_eq!(Tone::heard(&caller, Share::new(0.9), now).err(), Some(ToneError::NotTheAgent));
}
