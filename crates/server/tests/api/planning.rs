//! The planner's desk: import, forecast, staffing, roster, publishing, and what an agent sees of it.

use std::time::Duration;

use anyhow::Context;
use calmline_core::{Role, policy::Profile};
use icalendar::{Calendar, Component};
use jiff::{Span, Timestamp, Zoned, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use crate::house::{Client, House, Outcome};

const TABLE: &str = "text/csv";

/// Calls by half hours from eight to six on weekdays, up to the day before `until`.
fn table(until: Date, weeks: i64) -> String {
    let mut text = "interval_start,calls\n".to_owned();
    let first = until - Span::new().weeks(weeks);
    for date in first.series(Span::new().days(1)).take_while(|date| *date < until) {
        if date.weekday().to_monday_zero_offset() > 4 {
            continue;
        }
        for slot in 0..20 {
            let monday = i32::from(date.weekday().to_monday_zero_offset() == 0);
            let calls = 18 + 6 * monday + slot % 5 + (i32::from(date.day()) * 7 + slot * 13) % 6;
            text += &format!("{date} {:02}:{:02},{calls}\n", 8 + slot / 2, slot % 2 * 30);
        }
    }
    text
}

fn assumptions() -> Value {
    json!({
        "volume": 1.0, "aht_s": 240.0, "patience_s": 120.0, "target": 0.8, "within_s": 20.0, "ceiling": 0.85,
        "breaks": 0.1, "shrinkage": 0.0,
    })
}

fn rules() -> Value {
    json!({
        "shift_minutes": 510, "earliest": 480, "latest": 570, "step": 30, "most_start_change": 60, "days_each": 5,
        "rest_hours": 11,
        "breaks": [
            {"name": "Break", "minutes": 15, "from": 90, "to": 150},
            {"name": "Lunch, warm", "minutes": 30, "from": 210, "to": 285},
        ],
    })
}

fn today() -> Zoned {
    Timestamp::now().to_zoned(TimeZone::fixed(jiff::tz::offset(8)))
}

/// The next week's Monday.
fn next_monday() -> Date {
    let today = today().date();
    today + Span::new().days(7 - i64::from(today.weekday().to_monday_zero_offset()))
}

async fn import(planner: &Client, name: &str, text: &str) -> anyhow::Result<String> {
    let path = format!("/v1/plan/histories?name={name}");
    let answer = planner.with("Content-Type", TABLE).send_bytes("POST", &path, Some(text.as_bytes())).await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    Ok(answer.json()["history"].as_str().context("no history")?.to_owned())
}

/// Follows a job to its end.
async fn end_of(planner: &Client, started: &Value) -> anyhow::Result<Value> {
    let id = started["id"].as_str().context("no job")?;
    let mut seen = 0;
    loop {
        let job = planner.get(&format!("/v1/plan/jobs/{id}?seen={seen}")).await?.json();
        if job["state"] != "running" {
            return Ok(job);
        }
        seen = job["seen"].as_u64().context("no number")?;
    }
}

#[tokio::test]
async fn a_week_goes_from_a_table_to_an_agents_calendar() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let (agent, wei) = house.agent("li.wei").await?;
    let (_, mei) = house.agent("han.mei").await?;
    let planner = house.role(Role::Planner).await?;

    let history = import(&planner, "Billing", &table(today().date(), 10)).await?;
    let listed = planner.get("/v1/plan/histories").await?.json();
    assert_eq!((&listed[0]["name"], &listed[0]["interval_minutes"]), (&json!("Billing"), &json!(30)));

    let asked = planner.post("/v1/plan/forecasts", &json!({"history": history, "days": 10})).await?;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let forecast = end_of(&planner, &asked.json()).await?["forecast"].take();
    let day = &forecast["days"][0];
    let (low, expected, high) = (&day["low_95"][4], &day["expected"][4], &day["high_95"][4]);
    assert!(low.as_f64() < expected.as_f64() && expected.as_f64() < high.as_f64(), "{day}");

    let question = json!({
        "history": history, "date": day["date"], "assumptions": assumptions(), "simulate": true,
    });
    let staffing = planner.post("/v1/plan/staffing", &question).await?.json();
    assert!(staffing["peak"].as_u64() > Some(2), "{staffing}");
    assert!(staffing["service_level"].as_f64() >= Some(0.8));
    let simulated = &staffing["simulated"]["service_level"];
    assert!(simulated["low"].as_f64() < simulated["mean"].as_f64(), "{staffing}");

    let people = planner.get("/v1/plan/people").await?.json();
    let people: Vec<Value> =
        people.as_array().unwrap().iter().map(|one| json!({"agent": one["agent"], "shifts": []})).collect();
    assert_eq!(people.len(), 2);
    let monday = next_monday();
    let task = json!({
        "history": history, "week": monday, "assumptions": assumptions(), "rules": rules(), "people": people,
        "seconds": 1,
    });
    let asked = planner.post("/v1/plan/rosters", &task).await?;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let mut roster = end_of(&planner, &asked.json()).await?["roster"].take();
    let check = json!({"rules": rules(), "people": roster["people"]});
    assert_eq!(planner.post("/v1/plan/check", &check).await?.json(), json!([]));

    // The other is given a day off, so that their weeks differ.
    for person in roster["people"].as_array_mut().unwrap() {
        if person["agent"] != agent.as_str() {
            person["shifts"].as_array_mut().unwrap().pop();
        }
    }

    let path = format!("/v1/plan/rosters/{monday}");
    let draft =
        planner.call("PUT", &path, &json!({"roster": roster, "publish": false, "seen": null})).await?;
    assert_eq!(draft.status, 200, "{}", draft.text);
    let shifts = format!("/v1/me/shifts?from={monday}&days=7");
    assert_eq!(wei.get(&shifts).await?.json(), json!([]), "a draft is nobody's roster");
    let late = planner.call("PUT", &path, &json!({"roster": roster, "publish": true, "seen": null})).await?;
    assert_eq!((late.status, late.json()["code"].as_str()), (409, Some("roster_changed")));
    let version = draft.json()["version"].clone();
    let published =
        planner.call("PUT", &path, &json!({"roster": roster, "publish": true, "seen": version})).await?;
    assert_eq!(published.status, 200, "{}", published.text);

    let own = wei.get(&shifts).await?.json();
    let planned =
        roster["people"].as_array().unwrap().iter().find(|one| one["agent"] == agent.as_str()).unwrap();
    assert_eq!(own.as_array().unwrap().len(), planned["shifts"].as_array().unwrap().len());
    assert_eq!(own[0]["breaks"][1]["name"], "Lunch, warm");
    let start = i64::try_from(planned["shifts"][0]["start"].as_u64().unwrap())?;
    let day = i64::try_from(planned["shifts"][0]["day"].as_u64().unwrap())?;
    let first = (monday + Span::new().days(day)).at(0, 0, 0, 0) + Span::new().minutes(start);
    let first = first.to_zoned(TimeZone::get("Asia/Shanghai")?)?.timestamp();
    assert_eq!(own[0]["from"], first.to_string());

    let made = wei.post("/v1/me/calendar", &json!({})).await?.json();
    let feed = made["path"].as_str().context("no address")?;
    let stranger = house.nobody();
    let answer = stranger.get(feed).await?;
    assert_eq!(answer.status, 200);
    let calendar: Calendar = answer.text.parse().map_err(anyhow::Error::msg)?;
    let events: Vec<_> = calendar.components.iter().filter_map(|each| each.as_event()).collect();
    assert_eq!(events.len(), own.as_array().unwrap().len());
    let wanted = first.strftime("%Y%m%dT%H%M%SZ").to_string();
    assert_eq!(events[0].property_value("DTSTART"), Some(wanted.as_str()));
    assert!(events[0].get_description().is_some_and(|text| text.contains("Lunch, warm ")));
    let hers = mei.get(&shifts).await?.json();
    assert_ne!(hers, own, "each sees their own");
    assert_eq!(wei.send_bytes("DELETE", "/v1/me/calendar", None).await?.status, 204);
    assert_eq!(stranger.get(feed).await?.status, 404, "an address that was ended is none");
    house.close().await
}

#[tokio::test]
async fn a_bad_table_is_told_row_by_row_and_leaves_nothing() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let planner = house.role(Role::Planner).await?;
    let text =
        "日期时间;来电量\n2026-03-02 08:00;5\n2026-03-02 08:00;6\n03/02/2026;7\n2026-03-02 09:00;many\n";
    let dry = planner
        .with("Content-Type", TABLE)
        .send_bytes("POST", "/v1/plan/histories?name=x&dry_run=true&lang=zh", Some(text.as_bytes()))
        .await?
        .json();
    assert_eq!(
        (&dry["time"], &dry["calls"], &dry["bad_rows"]),
        (&json!("日期时间"), &json!("来电量"), &json!(3))
    );
    let lines: Vec<_> =
        dry["bad"].as_array().unwrap().iter().map(|bad| bad["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(dry["bad"][0]["text"].as_str().unwrap().contains("两次"), "{dry}");
    let refused = planner
        .with("Content-Type", TABLE)
        .send_bytes("POST", "/v1/plan/histories?name=x", Some(text.as_bytes()))
        .await?;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("invalid_rows")));
    let columns = planner
        .with("Content-Type", TABLE)
        .send_bytes("POST", "/v1/plan/histories?name=x&calls=volumes", Some("time,n\n".as_bytes()))
        .await?;
    assert_eq!((columns.status, columns.json()["field"].as_str()), (422, Some("columns")));
    assert_eq!(planner.get("/v1/plan/histories").await?.json(), json!([]));
    house.close().await
}

#[tokio::test]
async fn a_history_is_replaced_and_deleted_for_ever() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    let planner = house.role(Role::Planner).await?;
    let until = today().date();
    let first = import(&planner, "Billing", &table(until, 3)).await?;
    let second = import(&planner, "Billing", &table(until, 4)).await?;
    assert_ne!(first, second);
    let listed = planner.get("/v1/plan/histories").await?.json();
    assert_eq!((listed.as_array().unwrap().len(), listed[0]["id"].as_str()), (1, Some(second.as_str())));
    let subject = |id: &str| calmline_core::SubjectId::of_plan(&id.parse().unwrap());
    let kept = async |id: &str| {
        use calmline_store::Payloads;
        Ok::<_, anyhow::Error>(house.store.payloads_about(&house.site, &subject(id)).await?.len())
    };
    assert_eq!((kept(&first).await?, kept(&second).await?), (0, 1), "what was replaced is gone");
    assert_eq!(
        planner.send_bytes("DELETE", &format!("/v1/plan/histories/{second}"), None).await?.status,
        204
    );
    assert_eq!(kept(&second).await?, 0);
    assert_eq!(planner.get("/v1/plan/histories").await?.json(), json!([]));
    let gone = planner.post("/v1/plan/forecasts", &json!({"history": second, "days": 5})).await?;
    assert_eq!(gone.status, 404);
    house.close().await
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_its_field_and_work_can_be_cancelled() -> Outcome {
    let house = House::open(Profile::Cn).await?;
    house.agent("li.wei").await?;
    let planner = house.role(Role::Planner).await?;
    let history = import(&planner, "Billing", &table(today().date(), 10)).await?;
    let short = import(&planner, "Short", &table(today().date(), 1)).await?;
    let asked = planner.post("/v1/plan/forecasts", &json!({"history": short, "days": 5})).await?.json();
    assert_eq!(end_of(&planner, &asked).await?["error"]["code"], "too_short");
    let field = async |change: fn(&mut Value)| {
        let mut task = json!({
            "history": history, "week": next_monday(), "assumptions": assumptions(), "rules": rules(),
            "people": [{"agent": "a", "shifts": []}], "seconds": 1,
        });
        change(&mut task);
        let answer = planner.post("/v1/plan/rosters", &task).await?;
        assert_eq!(answer.status, 422, "{}", answer.text);
        Ok::<_, anyhow::Error>(answer.json()["field"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(field(|task| task["rules"]["step"] = json!(7)).await?, "rules.step");
    assert_eq!(field(|task| task["assumptions"]["target"] = json!(1.5)).await?, "assumptions.target");
    assert_eq!(field(|task| task["week"] = json!("2026-03-03")).await?, "week");
    assert_eq!(field(|task| task["people"] = json!([])).await?, "people");
    assert_eq!(field(|task| task["seconds"] = json!(0)).await?, "seconds");

    let people = planner.get("/v1/plan/people").await?.json();
    let task = json!({
        "history": history, "week": next_monday(), "assumptions": assumptions(), "rules": rules(),
        "people": [{"agent": people[0]["agent"], "shifts": []}], "seconds": 300,
    });
    let long = planner.post("/v1/plan/rosters", &task).await?.json();
    let id = long["id"].as_str().unwrap().to_owned();
    assert_eq!(planner.send_bytes("DELETE", &format!("/v1/plan/jobs/{id}"), None).await?.status, 204);
    let ended = tokio::time::timeout(Duration::from_secs(60), end_of(&planner, &long)).await??;
    assert!(ended["state"] == "cancelled" || ended["state"] == "done", "{ended}");
    house.close().await
}
