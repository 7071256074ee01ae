//! The last scenes: what the break cost, who may read what, what is erased, and what is attested.

use anyhow::{Result, ensure};
use calmline_core::Timestamp;
use calmline_server::{attestation, bundle};
use serde_json::{Value, json};

use super::{
    act::{Act, SOON, see},
    cost,
    scenes::Rest,
};

impl Act<'_> {
    /// What the break was said to cost, beside what it does.
    pub async fn cost(&mut self, rest: &Rest, back: Timestamp) -> Result<()> {
        let queue = self.queue.clone();
        let priced = see(&mut self.planner, "break.priced", SOON, |data| data["queue"] == queue.as_str());
        let (priced, record) = (priced.await?["data"].clone(), self.record.clone());
        let mut evidence = tokio::task::spawn_blocking(move || cost::compare(&record, &priced)).await??;
        let live = cost::counted(self.supervisor.seen(), self.queue.as_str(), rest.began, back);
        let (predicted, simulated) =
            (&evidence["predicted"]["calls_not_in_time"], &evidence["simulated"]["calls_not_in_time"]);
        let (calls, in_time) = (live["calls"].to_string(), live["in_time"].to_string());
        let en = format!(
            "Planners are told of {predicted} calls not answered in time because of the break; the simulator, with and without \
             it and the same callers, says {simulated}. {in_time} of {calls} calls were answered in time while it lasted: too few to tell."
        );
        let zh = format!(
            "排班师看到的预估：因这次小休未能及时接听的来电 {predicted} 通；用同一批来电模拟有无小休之差为 {simulated} 通。\
             小休期间实际及时接听 {in_time}/{calls} 通，数量太少，不足以下结论。"
        );
        evidence["queue"] = json!(self.queue);
        evidence["counted_live"] = live;
        self.teller.happened(&en, &zh, &evidence);
        Ok(())
    }

    /// Human resources try to read about the agent and are refused; the works council sees that they tried.
    pub async fn refused(&mut self, prompt: &str, incident: &str) -> Result<()> {
        let paths = [
            "/v1/me/day".to_owned(),
            format!("/v1/why/{prompt}"),
            format!("/v1/me/incidents/{incident}/bundle"),
            "/v1/calls".to_owned(),
        ];
        let mut refused = Vec::new();
        for path in paths {
            let status = self.hr.get(&path).await?.status;
            ensure!(status == 403, "{path} was answered {status}, not 403");
            refused.push(json!({ "path": path, "status": status }));
        }
        let trail = self.council.get("/v1/policy/trail?lang=en").await?.good("the trail")?.json();
        let by_hr =
            |entry: &&Value| entry["type"] == "access.refused" && entry["by"] == self.hr_login.as_str();
        let audited = trail.as_array().map_or(0, |trail| trail.iter().filter(by_hr).count());
        ensure!(audited >= refused.len(), "{audited} of {} refusals are in the trail", refused.len());
        let evidence = json!({ "by": self.hr_login, "refused": refused, "audited": audited });
        self.teller.happened(
            "Human resources try to read the agent's day, prompt, evidence and calls: refused, and the works council sees it.",
            "人力资源试图查阅坐席的当日情况、提示、凭据和通话：均被拒绝，职工代表可见记录。",
            &evidence,
        );
        Ok(())
    }

    /// The agent closes the incident, takes the evidence along, and has all that is kept of them erased.
    pub async fn erased(&mut self, incident: &str) -> Result<()> {
        let me = &self.agent.person;
        let close = format!("/v1/me/incidents/{incident}/close");
        me.send("POST", &close, Some(&json!({ "outcome": "talked_over" }))).await?.good("closing")?;
        see(&mut self.agent, "incident.bundled", SOON, |data| data["incident"] == incident).await?;
        let me = &self.agent.person;
        let path = format!("/v1/me/incidents/{incident}/bundle");
        let evidence = bundle::verify(&me.get(&path).await?.good("the evidence")?.body)?;
        let before = me.get("/v1/me/erase").await?.good("what can be erased")?.json();
        let wish = json!({ "password": self.password });
        let erased = me.send("POST", "/v1/me/erase", Some(&wish)).await?.good("erasing")?.json();
        let status = me.get(&path).await?.status;
        ensure!(status == 404, "the evidence can still be read: {status}");
        let after = me.get("/v1/me/erase").await?.good("what is left")?.json();
        ensure!(after["incident"] == 0, "evidence is left: {after}");
        let (texts, keys) = (erased["texts"].to_string(), erased["keys"].to_string());
        let told = json!({
            "evidence_entries": evidence.entries.len(), "evidence_head": evidence.head,
            "before": before, "erased": erased, "left": after,
        });
        self.teller.happened(
            &format!(
                "The agent erases what is kept of them, the evidence included; destroyed for ever: texts {texts}, keys {keys}."
            ),
            &format!("坐席清除自己的数据：已销毁 {texts} 份文本和 {keys} 个密钥，其中包括事件凭据。"),
            &told,
        );
        Ok(())
    }

    /// The works council has the log attested, and the statement is verified.
    pub async fn attested(&mut self) -> Result<()> {
        let statement = self.council.get("/v1/attestation").await?.good("the attestation")?;
        std::fs::write(&self.attestation, &statement.body)?;
        let verified = attestation::verify(&std::fs::read(&self.attestation)?)?;
        let stated = &verified.attestation.statement;
        ensure!(
            stated.contradictions.is_empty(),
            "the log does not fit the policy: {:?}",
            stated.contradictions
        );
        ensure!(!stated.agent_affect_possible, "the profile would permit that an agent's mood is read");
        let told = json!({
            "valid": true, "file": self.attestation, "key": verified.key, "hash": verified.hash,
            "number": stated.number, "events": stated.log.events, "contradictions": stated.contradictions,
        });
        self.teller.happened(
            "The works council has the log attested: the signature fits, and nothing contradicts the policy.",
            "职工代表取得日志证明：签名有效，与政策无任何矛盾。",
            &told,
        );
        Ok(())
    }
}
