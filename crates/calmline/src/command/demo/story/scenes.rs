//! The scenes, one function each, up to the agent's return. Everybody acts through the product's sockets, and a scene has happened
//! once those whom it concerns have been told of it on their own pages.

use std::time::Duration;

use anyhow::{Result, ensure};
use calmline_core::{Timestamp, event::Presence};
use serde_json::{Value, json};

use super::{
    act::{Act, SOON, see, text, when},
    phone::Line,
};
use crate::failure::Failure;

/// How long a person takes to act on what they see.
const MOMENT: Duration = Duration::from_millis(1_500);
/// Within how long an agitated caller must have been noticed.
const NOTICED: Duration = Duration::from_secs(75);
/// A caller's voice whose anger is plain with both kinds of voices.
const ANGRY_VOICE: u32 = 8;

/// A break as it was.
pub struct Rest {
    /// Its length in minutes.
    pub minutes: u64,
    /// When it began.
    pub began: Timestamp,
}

impl Act<'_> {
    /// Plays all scenes; one that does not happen in its time ends the story.
    pub async fn play(mut self) -> Result<(), Failure> {
        let played = self.scenes().await;
        played.map_err(|error| Failure::Wanting(format!("{}: {error:#}", self.teller.place())))
    }

    async fn scenes(&mut self) -> Result<()> {
        self.prepare().await?;
        let line = self.abuse_heard().await?;
        let prompt = self.calm_line(&line).await?;
        let incident = self.key_pressed(&line).await?;
        self.call_ended(&incident, line).await?;
        let rest = self.break_confirmed().await?;
        self.covered().await?;
        let back = self.returned(&rest).await?;
        self.cost(&rest, back).await?;
        self.refused(&prompt, &incident).await?;
        self.erased(&incident).await?;
        self.attested().await
    }

    /// An abusive caller is on the line, and heard.
    async fn abuse_heard(&mut self) -> Result<Line> {
        let mut script = self.script("insults", (ANGRY_VOICE, 0))?;
        // Angry from the first word.
        for turn in script.turns.iter_mut().filter(|turn| turn.voice == ANGRY_VOICE) {
            turn.arousal = 1.0;
        }
        let call = self.phone.offered(1).await?;
        let line = self.phone.answered(call, &self.cast[0].0, script).await?;
        let customers = |data: &Value| data["call"] == line.call.as_str() && data["party"] == "customer";
        let opened = see(&mut self.agent, "leg.opened", SOON, customers).await?;
        let evidence = json!({
            "call": line.call, "queue": self.queue, "agent": self.cast[0].0,
            "protocol": opened["data"]["protocol"], "event": opened["id"],
        });
        self.teller.happened(
            "An abusive caller is put through; the sound of the call is heard.",
            "一通辱骂来电接入，系统正在收听通话声音。",
            &evidence,
        );
        Ok(line)
    }

    /// The agent is shown a prompt; its id is given.
    async fn calm_line(&mut self, line: &Line) -> Result<String> {
        let here = |data: &Value| data["call"] == line.call.as_str();
        let shown = see(&mut self.agent, "prompt.shown", NOTICED, here).await?;
        let evidence = json!({
            "prompt": shown["id"], "text": shown["text"], "confidence": shown["data"]["confidence"],
            "because": shown["because"],
        });
        self.teller.happened(
            &format!("The agent, and nobody else, is shown: {}", text(&shown["text"])),
            "坐席本人看到一句平复提示，其他人看不到。",
            &evidence,
        );
        Ok(text(&shown["id"]))
    }

    /// The agent presses the key, is told what to say, and a supervisor asks to listen, which the agent sees.
    async fn key_pressed(&mut self, line: &Line) -> Result<String> {
        tokio::time::sleep(MOMENT).await;
        self.agent.person.send("POST", "/v1/me/abuse", Some(&json!({}))).await?.good("pressing the key")?;
        let here = |data: &Value| data["call"] == line.call.as_str();
        let opened = see(&mut self.agent, "incident.opened", SOON, here).await?;
        let incident = text(&opened["data"]["incident"]);
        let alert = see(&mut self.supervisor, "alert.raised", SOON, |data| {
            data["call"] == line.call.as_str() && data["reason"]["code"] == "alert.abuse_reported"
        });
        let alert = alert.await?;
        let path = format!("/v1/incidents/{incident}/join");
        let join = json!({ "join": "listen" });
        self.supervisor.person.send("POST", &path, Some(&join)).await?.good("asking to listen")?;
        see(&mut self.agent, "incident.join_asked", SOON, |data| data["join"] == "listen").await?;
        let mut warnings = Vec::new();
        for step in ["first_warning", "second_warning"] {
            tokio::time::sleep(MOMENT).await;
            warnings.push(self.step(&incident, step).await?);
        }
        let evidence = json!({
            "incident": incident, "alert": alert["data"]["alert"], "supervisor": "listen", "warnings": warnings,
        });
        self.teller.happened(
            "One key: the supervisor is called and asks to listen, which the agent sees; the caller is warned twice.",
            "坐席按下一键：已呼叫班组长；班组长请求旁听，坐席可见；已向来电者提醒两次。",
            &evidence,
        );
        Ok(incident)
    }

    /// The site permits that the call is ended, politely; it is.
    async fn call_ended(&mut self, incident: &str, line: Line) -> Result<()> {
        tokio::time::sleep(MOMENT).await;
        let ending = self.step(incident, "ending").await?;
        let call = line.call.clone();
        self.phone.hang_up(line).await?;
        let relieved = see(&mut self.agent, "incident.relieved", SOON, |data| data["incident"] == incident);
        let relieved = relieved.await?["data"].clone();
        let evidence = json!({
            "call": call, "permitted": true, "say": ending["say"],
            "cool_off_minutes": relieved["cool_off_minutes"], "easier_minutes": relieved["easier_minutes"],
        });
        self.teller.happened(
            "The site permits a polite ending after two warnings; the agent ends the call.",
            "按中心规定，两次提醒后可礼貌结束；坐席结束了通话。",
            &evidence,
        );
        Ok(())
    }

    /// The agent takes the break, the phone platform shows it, and it was read back.
    async fn break_confirmed(&mut self) -> Result<Rest> {
        let cool_off = |data: &Value| data["reasons"][0]["code"] == "break.cool_off";
        let offered = see(&mut self.agent, "break.offered", SOON, cool_off).await?;
        tokio::time::sleep(MOMENT).await;
        let path = format!("/v1/me/offers/{}/answer", text(&offered["data"]["offer"]));
        let taken = json!({ "answer": "accepted" });
        self.agent.person.send("POST", &path, Some(&taken)).await?.good("taking the break")?;
        let offer = offered["data"]["offer"].clone();
        let resting = |data: &Value| data["offer"] == offer && data["presence"] == "on_break";
        let wanted = see(&mut self.agent, "presence.wanted", SOON, resting).await?;
        let confirmed = see(&mut self.agent, "presence.confirmed", SOON, resting).await?;
        let began = see(&mut self.agent, "break.began", SOON, |data| data["offer"] == offer).await?;
        ensure!(
            self.switchboard.shows(self.name(0).as_str()) == Some(Presence::OnBreak),
            "the phone platform does not show the break"
        );
        let after = when(&confirmed)?.duration_since(when(&wanted)?).as_secs_f64();
        let minutes = offered["data"]["minutes"].as_u64().unwrap_or_default();
        let evidence = json!({
            "offer": offer, "minutes": minutes, "platform_shows": "on_break", "confirmed_after_s": after,
            "event": confirmed["id"],
        });
        self.teller.happened(
            &format!("A break of {minutes} min (here shortened): the phone platform shows it, and it was read back after {after:.1} s."),
            &format!("小休 {minutes} 分钟（演示中缩短）：电话平台已显示，并在 {after:.1} 秒后回读确认。"),
            &evidence,
        );
        Ok(Rest { minutes, began: when(&began)? })
    }

    /// The queue's next call goes to a colleague.
    async fn covered(&mut self) -> Result<()> {
        let (who, routed) = self.short_call(2, false).await?;
        ensure!(who == 1, "the next call went to the agent who is on a break");
        let (colleague, agent) = (self.name(1).clone(), self.name(0).clone());
        let evidence = json!({
            "to": colleague, "on_break": agent, "decision": routed["decision"], "reasons": routed["reasons"],
        });
        self.teller.happened(
            &format!("The queue's next call goes to a colleague, {colleague}."),
            &format!("队列的下一通来电由同事 {colleague} 接听。"),
            &evidence,
        );
        Ok(())
    }

    /// The break is over: the platform shows the agent as ready again, and hard calls go to others for a while.
    async fn returned(&mut self, rest: &Rest) -> Result<Timestamp> {
        let back = |data: &Value| data["presence"] == "available";
        let length = Duration::from_secs(60 * rest.minutes) + SOON;
        let confirmed = see(&mut self.agent, "presence.confirmed", length, back).await?;
        let ended = see(&mut self.agent, "break.ended", SOON, |_| true).await?;
        ensure!(
            self.switchboard.shows(self.name(0).as_str()) == Some(Presence::Available),
            "the phone platform does not show that the agent is ready again"
        );
        // The flagged call is asked about first, while both are free.
        let (hard, easy) = tokio::join!(self.short_call(3, true), async {
            tokio::time::sleep(MOMENT).await;
            self.short_call(4, false).await
        });
        let ((hard, routed), (easy, _)) = (hard?, easy?);
        ensure!(hard == 1, "a call of a flagged caller went to the agent who is just back");
        let evidence = json!({
            "minutes": ended["data"]["minutes"], "platform_shows": "available", "event": confirmed["id"],
            "hard_call_to": self.name(hard), "hard": routed["hard"], "easy_call_to": self.name(easy),
            "agent": self.name(0),
        });
        self.teller.happened(
            "Back: the platform shows it, and for a while calls are easier; a flagged caller goes to the colleague.",
            "回到岗位：电话平台已示闲；接下来一段时间来电较轻松，有标记的来电者转给同事。",
            &evidence,
        );
        when(&confirmed)
    }
}
