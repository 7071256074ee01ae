//! Tells each scene as it has happened: a readable line, or a JSON line with its evidence.

use std::time::Instant;

use calmline_core::{SiteId, policy::Profile};
use serde_json::{Value, json};

use super::super::{
    columns::{hanging, left, right},
    sentences::clock,
};
use crate::said::Said;

/// The scenes in their order: what JSON calls them, and what people do.
pub const SCENES: [(&str, &str, &str); 11] = [
    ("abuse_heard", "abusive call", "辱骂来电"),
    ("calm_line", "calm line", "平复提示"),
    ("key_pressed", "one key", "一键求助"),
    ("call_ended", "ending", "结束通话"),
    ("break_confirmed", "break", "小休"),
    ("covered", "covered", "同事接听"),
    ("returned", "return", "回到岗位"),
    ("cost", "cost", "服务代价"),
    ("refused", "refused", "拒绝查阅"),
    ("erased", "erased", "已清除"),
    ("attested", "attested", "已出证明"),
];
/// The widest name of a scene, in columns.
const WIDTH: usize = 12;

/// Tells the scenes of one site.
pub struct Teller {
    said: Said,
    json: bool,
    site: SiteId,
    profile: Profile,
    began: Instant,
    scene: usize,
}

impl Teller {
    /// Begins.
    pub fn new(said: Said, json: bool, (site, profile): (SiteId, Profile)) -> Self {
        Self { said, json, site, profile, began: Instant::now(), scene: 0 }
    }

    /// The scene that is being played, and where: for what went wrong in it.
    pub fn place(&self) -> String {
        let scene = SCENES.get(self.scene).map_or("", |scene| scene.0);
        format!("{} ({}), scene {scene}", self.site, self.profile.as_str())
    }

    /// The present scene has happened: what, in both languages, and what shows it.
    pub fn happened(&mut self, en: &str, zh: &str, evidence: &Value) {
        let Some((scene, name_en, name_zh)) = SCENES.get(self.scene) else { return };
        self.scene += 1;
        let (elapsed, what) = (self.began.elapsed(), self.said.both(en, zh));
        if self.json {
            let line = json!({
                "scene": scene, "at_s": (elapsed.as_secs_f64() * 10.0).round() / 10.0, "site": self.site,
                "profile": self.profile.as_str(), "what": what, "evidence": evidence,
            });
            return self.said.line(line.to_string());
        }
        let name = left(self.said.both(name_en, name_zh), WIDTH);
        let head = format!("{}  {}  {name}  ", right(&clock(elapsed.as_secs()), 5), self.site);
        self.said.line(hanging(&head, what));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::columns::width, *};

    #[test]
    fn every_scene_has_a_name_of_its_own_that_fits() {
        let names: std::collections::BTreeSet<_> = SCENES.iter().map(|scene| scene.0).collect();
        assert_eq!(names.len(), SCENES.len());
        assert!(SCENES.iter().all(|(_, en, zh)| width(en) <= WIDTH && width(zh) <= WIDTH && en != zh));
    }
}
