//! What callers of a floor may call about.

use std::sync::Arc;

use calmline_core::catalog::Lang;

use super::{AgentCard, Config};
use crate::{
    rng::Rng,
    script::{CallScript, scenes},
};

/// Every scene of the languages served, then scenes by weight until the repertoire is full; callers' voices are cast.
pub(super) fn repertoire(config: &Config, cards: &[AgentCard]) -> Vec<(Arc<CallScript>, f64)> {
    let mut rng = Rng::named(config.seed, "repertoire");
    let mut scripts = Vec::new();
    for lang in [Lang::En, Lang::Zh] {
        let share = cards.iter().filter(|card| card.lang == lang).count() as f64;
        if share == 0.0 {
            continue;
        }
        let scenes = scenes(lang);
        let count = config.repertoire.max(scenes.len());
        for index in 0..count {
            let scene = &scenes[index % scenes.len()];
            // Scenes that come round more often share their mood's weight.
            let rounds = (count - 1 - index % scenes.len()) / scenes.len() + 1;
            let number = scripts.len();
            let caller = 2 * rng.below(400) as u32 + u32::from(rng.chance(0.5));
            let script = CallScript::of(scene, number, &mut rng).cast(caller, 1_001, 1_002);
            scripts.push((Arc::new(script), share * scene.mood.weight() / rounds as f64));
        }
    }
    scripts
}
