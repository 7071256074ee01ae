//! A call without its socket.

use calmline_media::RATE;
use calmline_sense::{Expected, Recogniser, RecogniserError, Transcript};

use super::*;
use crate::live::{
    Options,
    stage::{Outcome, Stage, speech},
};

/// Has no time for anything.
struct Slow;

impl Recogniser for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn transcribe(&mut self, _: &[i16], _: Expected<'_>) -> Result<Transcript, RecogniserError> {
        Err(RecogniserError::Engine { name: "slow".into(), reason: "no time".into() })
    }
}

fn opened(call: &str) -> anyhow::Result<SessionEvent> {
    Ok(SessionEvent::Opened {
        conversation_id: CallId::new(call)?,
        session_id: "session".into(),
        channels: vec![Party::Customer, Party::Agent],
        rate: RATE,
        probe: false,
        paused: false,
        language: None,
        continues: Vec::new(),
    })
}

fn sound(samples: Vec<i16>) -> Audio {
    let quiet = vec![0; samples.len()];
    Audio { at_frame: 0, channel: 0, channels: vec![(Party::Customer, samples), (Party::Agent, quiet)] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_ends_in_the_middle_of_a_word_is_forgotten_by_the_speech_queue() -> Outcome {
    let stage = Stage::open(Options { recognisers: vec![Box::new(Slow)], ..Options::default() }).await?;
    let notices = |stage: &Stage| {
        stage
            .live
            .with_policy(&stage.site, |policy| policy.has_notice(calmline_core::policy::Notice::Workers))
    };
    stage.until(|stage| notices(stage) == Some(true)).await?;
    let mut call = Call::new(Arc::clone(&stage.live), stage.desk()?, "test");
    call.event(opened("c-1")?);
    call.audio(&sound(speech()));
    call.commit(Instant::now()).await;
    call.event(SessionEvent::Closed { reason: CloseReason::Ended });
    call.settle().await;
    assert_eq!(stage.live.speech.remembered(), 0);
    stage.live.stop().await;
    let log = stage.log().await?;
    let kinds: Vec<_> = log.iter().map(|event| event.body.kind()).collect();
    assert!(kinds.contains(&"utterance"), "the last utterance is in the log: {kinds:?}");
    let at = |of: &str| kinds.iter().position(|kind| *kind == of);
    assert!(at("leg.opened") < at("signal") && at("signal") < at("leg.closed"), "in their order: {kinds:?}");
    Ok(())
}
