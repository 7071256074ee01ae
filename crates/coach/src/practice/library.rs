//! The scenarios that Calmline brings.

use std::sync::{Arc, LazyLock};

use super::scenario::Scenario;

const FILES: [&str; 24] = [
    include_str!("../../data/scenarios/en-appointment-moved.toml"),
    include_str!("../../data/scenarios/en-billing-abuse.toml"),
    include_str!("../../data/scenarios/en-billing-twice.toml"),
    include_str!("../../data/scenarios/en-card-declined.toml"),
    include_str!("../../data/scenarios/en-card-scam.toml"),
    include_str!("../../data/scenarios/en-delivery-abuse.toml"),
    include_str!("../../data/scenarios/en-delivery-birthday.toml"),
    include_str!("../../data/scenarios/en-delivery-dinner.toml"),
    include_str!("../../data/scenarios/en-insurance-bereaved.toml"),
    include_str!("../../data/scenarios/en-insurance-ceiling.toml"),
    include_str!("../../data/scenarios/en-telecom-abuse.toml"),
    include_str!("../../data/scenarios/en-telecom-dead-line.toml"),
    include_str!("../../data/scenarios/zh-appointment-guahao.toml"),
    include_str!("../../data/scenarios/zh-billing-12315.toml"),
    include_str!("../../data/scenarios/zh-billing-roaming.toml"),
    include_str!("../../data/scenarios/zh-card-daoshua.toml"),
    include_str!("../../data/scenarios/zh-card-laoren.toml"),
    include_str!("../../data/scenarios/zh-delivery-lost.toml"),
    include_str!("../../data/scenarios/zh-delivery-ruma.toml"),
    include_str!("../../data/scenarios/zh-delivery-waimai.toml"),
    include_str!("../../data/scenarios/zh-insurance-chexian.toml"),
    include_str!("../../data/scenarios/zh-insurance-sangqin.toml"),
    include_str!("../../data/scenarios/zh-telecom-ruma.toml"),
    include_str!("../../data/scenarios/zh-telecom-wangke.toml"),
];

/// All of them, in the order of their names. A test reads each file; one that could not be read would be missing here.
#[must_use]
pub fn library() -> &'static [Arc<Scenario>] {
    static ALL: LazyLock<Vec<Arc<Scenario>>> =
        LazyLock::new(|| FILES.iter().filter_map(|text| Scenario::parse(text).ok()).map(Arc::new).collect());
    &ALL
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use calmline_core::catalog::Lang;

    use super::*;
    use crate::practice::{Temper, Topic};

    #[test]
    fn every_file_is_a_scenario_and_they_cover_what_people_call_about() {
        for text in FILES {
            if let Err(error) = Scenario::parse(text) {
                panic!("{}: {error}", text.lines().next().unwrap_or_default());
            }
        }
        for lang in [Lang::En, Lang::Zh] {
            let of: Vec<_> = library().iter().filter(|one| one.language == lang).collect();
            assert_eq!(of.len(), 12);
            let topics: BTreeSet<Topic> = of.iter().map(|one| one.topic).collect();
            assert_eq!(topics.len(), 6);
            let hard =
                |one: &&&Arc<Scenario>| matches!(one.caller.temper, Temper::Abusive | Temper::Distressed);
            assert!(of.iter().filter(hard).count() >= 5);
        }
        let names: BTreeSet<&str> = library().iter().map(|one| one.id()).collect();
        assert_eq!(names.len(), FILES.len());
    }
}
