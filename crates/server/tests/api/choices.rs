//! What people choose beforehand: who is told of alerts that nobody answers, and the way back from a break.

use calmline_core::{AlertId, Body, Role, policy::Profile};
use serde_json::json;

use crate::house::{House, Outcome};

#[tokio::test]
async fn an_escalated_alert_goes_to_the_named_second_person_alone() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let admin = house.role(Role::Admin).await?;
    let second = house.account("second", Role::Supervisor, None).await?;
    let planner = house.account("planner", Role::Planner, None).await?;
    let path = "/v1/settings/seconds";
    let wrong = admin.call("PUT", path, &json!({"second": planner.id.as_str()})).await?;
    assert_eq!((wrong.status, &wrong.json()["field"]), (422, &json!("second")));
    for team in [json!(null), json!("Billing")] {
        let named = json!({"team": team, "second": second.id.as_str()});
        assert_eq!(admin.call("PUT", path, &named).await?.status, 204);
    }
    assert_eq!(admin.call("PUT", path, &json!({"team": "Billing"})).await?.status, 204);
    assert_eq!(admin.get(path).await?.json(), json!([{"team": null, "second": second.id.as_str()}]));
    assert_eq!(house.role(Role::Supervisor).await?.get(path).await?.status, 403);
    let (mut named, mut other) = (
        house.signed_in(&second).await?.stream("").await?,
        house.role(Role::Supervisor).await?.stream("").await?,
    );
    let escalated = |to| Body::AlertEscalated { alert: AlertId::new("l").expect("an id"), to };
    house.append(escalated(Some(second.id.clone()))).await?;
    house.append(Body::AlertAcknowledged { alert: AlertId::new("l")?, by: second.id.clone() }).await?;
    named.next_of("alert.escalated").await?;
    loop {
        let shown = other.next().await?;
        assert_ne!(shown.kind, "alert.escalated");
        if shown.kind == "alert.acknowledged" {
            break;
        }
    }
    house.close().await
}

#[tokio::test]
async fn the_way_back_from_a_break_is_the_agents_own_choice() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let (_, me) = house.agent("li.wei").await?;
    let (_, other) = house.agent("wang.fang").await?;
    assert_eq!(me.get("/v1/me/return").await?.json(), json!({"automatic": true}));
    assert_eq!(me.call("PUT", "/v1/me/return", &json!({"automatic": false})).await?.status, 204);
    assert_eq!(me.get("/v1/me/return").await?.json(), json!({"automatic": false}));
    assert_eq!(other.get("/v1/me/return").await?.json(), json!({"automatic": true}));
    assert_eq!(house.role(Role::Supervisor).await?.get("/v1/me/return").await?.status, 403);
    house.close().await
}
