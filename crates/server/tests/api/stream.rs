//! The live stream: what each viewer sees, and that nothing is lost over a cut connection.

use calmline_core::{
    AgentId, Body, CallId, OfferId, Role, Share, Timestamp,
    event::{Band, OfferAnswer, Reason, WorkState},
    policy::Profile,
};

use crate::house::{House, Outcome};

fn state(agent: &AgentId, state: WorkState) -> Body {
    Body::AgentState { agent: agent.clone(), state, reason: None }
}

fn prompt(agent: &AgentId, call: &CallId) -> Body {
    Body::PromptShown {
        agent: agent.clone(),
        call: call.clone(),
        reason: Reason::new("prompt.agitated_caller"),
        confidence: Share::new(0.8),
        expires: Timestamp::now(),
    }
}

#[tokio::test]
async fn a_cut_stream_goes_on_where_it_was_with_nothing_lost_or_twice() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (agent, _) = house.agent("li.wei").await?;
    let floor = house.role(Role::Analyst).await?;
    let mut stream = floor.stream("").await?;
    let states = [WorkState::Available, WorkState::Busy, WorkState::WrapUp, WorkState::OnBreak];
    house.append(state(&agent, states[0])).await?;
    house.append(state(&agent, states[1])).await?;
    let first = stream.next_of("agent.state").await?;
    drop(stream);
    house.append(state(&agent, states[2])).await?;
    let mut stream = floor.with("Last-Event-ID", &first.id.to_string()).stream("").await?;
    let mut seen = vec![first];
    seen.push(stream.next_of("agent.state").await?);
    seen.push(stream.next_of("agent.state").await?);
    house.append(state(&agent, states[3])).await?;
    seen.push(stream.next_of("agent.state").await?);
    let shown: Vec<WorkState> = seen
        .iter()
        .map(|shown| serde_json::from_value(shown.data["data"]["state"].clone()))
        .collect::<Result<_, _>>()?;
    assert_eq!(shown, states);
    assert!(seen.windows(2).all(|pair| pair[0].id < pair[1].id));
    house.close().await
}

#[tokio::test]
async fn far_behind_means_reading_the_store_and_then_the_live_end() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (agent, _) = house.agent("li.wei").await?;
    let floor = house.role(Role::Supervisor).await?;
    // More than one read of the store, and more than the bus keeps.
    let drafts = (0..2_500).map(|n| {
        let body = state(&agent, if n % 2 == 0 { WorkState::Available } else { WorkState::Busy });
        calmline_core::Draft::told(house.site.clone(), "acd", &n.to_string(), Timestamp::now(), body)
    });
    house.live.append(drafts.collect()).await?;
    let mut stream = floor.stream("?after=0").await?;
    let mut last = 0;
    for _ in 0..2_500 {
        let shown = stream.next_of("agent.state").await?;
        assert!(shown.id > last);
        last = shown.id;
    }
    house.append(state(&agent, WorkState::Training)).await?;
    assert_eq!(stream.next_of("agent.state").await?.data["data"]["state"], "training");
    assert_eq!(floor.get("/v1/stream?after=999999").await?.status, 422);
    let wrong = floor.with("Last-Event-ID", "x").get("/v1/stream").await?;
    assert_eq!(wrong.json()["field"], "Last-Event-ID");
    house.close().await
}

#[tokio::test]
async fn an_agent_sees_their_own_and_a_supervisor_sees_no_load_prompt_or_answer() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (me, own) = house.agent("li.wei").await?;
    let (other, others) = house.agent("wang.fang").await?;
    let (mine, theirs, offer) = (CallId::new("c-1")?, CallId::new("c-2")?, OfferId::new("o-1")?);
    let supervisor = house.role(Role::Supervisor).await?;
    let mut streams = [own.stream("?lang=zh").await?, others.stream("").await?, supervisor.stream("").await?];
    let answered = |call: &CallId, agent: &AgentId| Body::CallAnswered {
        call: call.clone(),
        agent: agent.clone(),
        queue: None,
    };
    house.append(answered(&mine, &me)).await?;
    house.append(answered(&theirs, &other)).await?;
    house.append(Body::CallHeld { call: mine.clone() }).await?;
    house.append(prompt(&me, &mine)).await?;
    let load = |agent: &AgentId| Body::LoadChanged {
        agent: agent.clone(),
        load: Band::Heavy,
        exposure: Band::High,
        strain: Band::High,
        reasons: vec![Reason::new("load.agitation")],
    };
    house.append(load(&me)).await?;
    let refusal = Body::BreakAnswered { offer, agent: me.clone(), answer: OfferAnswer::Refused };
    house.append(refusal).await?;
    house.append(Body::CallTransferred { call: mine.clone(), to: Some(other.clone()), queue: None }).await?;
    house.append(Body::CallResumed { call: mine.clone() }).await?;
    // The end mark that everybody sees.
    let by = calmline_core::AccountId::new("x")?;
    let mark = Body::NoticeWithdrawn { notice: calmline_core::policy::Notice::Workers, by };
    house.append(mark).await?;
    let mut kinds = Vec::new();
    let mut texts = Vec::new();
    for stream in &mut streams {
        let mut seen = Vec::new();
        loop {
            let shown = stream.next().await?;
            if shown.kind == "notice.withdrawn" {
                break;
            }
            // Decisions of the live side come in between; this test is about what it appended itself.
            if !matches!(shown.kind.as_str(), "break.offered" | "alert.raised" | "break.lapsed") {
                texts.push(shown.data["text"].as_str().unwrap_or_default().to_owned());
                seen.push(shown.kind);
            }
        }
        kinds.push(seen);
    }
    let own_kinds =
        ["call.answered", "call.held", "prompt.shown", "load.changed", "break.answered", "call.transferred"];
    assert_eq!(kinds[0], own_kinds);
    assert_eq!(kinds[1], ["call.answered", "call.transferred", "call.resumed"]);
    let floor = ["call.answered", "call.answered", "call.held", "call.transferred", "call.resumed"];
    assert_eq!(kinds[2], floor);
    assert!(texts.iter().any(|text| text.contains("来电者") || text.contains("客户")), "{texts:?}");
    house.close().await
}

#[tokio::test]
async fn a_stream_ends_with_the_server_and_not_before() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let floor = house.role(Role::Analyst).await?;
    let mut stream = floor.stream("").await?;
    let waiting = tokio::spawn(async move { stream.next().await.map(|shown| shown.kind) });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    house.close().await?;
    assert!(waiting.await?.is_err());
    Ok(())
}
