//! A hard morning, as a reviewer reads it: three agents, an angry caller, an abusive one, little pause.

use crate::floor::Floor;
use calmline_care::Settings;

/// Calls of four minutes with ten seconds between, from one minute of the day to another.
fn calls(agent: &str, from: u32, to: u32) -> Vec<(u32, String)> {
    let (mut at, mut script) = (from * 60, Vec::new());
    while at + 270 <= to * 60 {
        let call = format!("{agent}-{:02}{:02}", at / 3600, at / 60 % 60);
        script.push((at, format!("{agent} takes {call}")));
        script.push((at + 240, format!("{call} ended")));
        at += 250;
    }
    script
}

#[test]
fn a_hard_morning() {
    let mut script = vec![
        (480 * 60, "mei available".to_owned()),
        (481 * 60, "jun available".to_owned()),
        (482 * 60, "ana available".to_owned()),
    ];
    script.extend(calls("mei", 485, 536));
    script.extend(calls("jun", 490, 560));
    // Mei accepts and gets eight minutes.
    script.push((533 * 60, "mei accepts".into()));
    script.push((537 * 60, "mei on_break".into()));
    script.push((545 * 60, "mei available".into()));
    // An angry caller for Ana, then an abusive one.
    script.push((500 * 60, "ana takes angry".into()));
    for n in 0..18 {
        script.push((501 * 60 + n * 10, "angry voice 0.92 6".into()));
        if n % 3 == 1 {
            script.push((501 * 60 + n * 10 + 2, "angry says negative 6".into()));
        }
    }
    script.push((506 * 60, "angry ended".into()));
    script.push((507 * 60, "ana takes abusive".into()));
    script.push((508 * 60, "abusive says abusive 5".into()));
    script.push((508 * 60 + 10, "ana presses abusive".into()));
    script.push((508 * 60 + 40, "abusive ended".into()));
    script.push((508 * 60 + 45, "ana takes worse".into()));
    script.push((509 * 60, "worse says abusive 5".into()));
    script.push((512 * 60, "worse ended".into()));
    script.push((512 * 60 + 20, "ana accepts".into()));
    script.push((512 * 60 + 22, "ana on_break".into()));
    script.push((527 * 60, "ana available".into()));
    script.push((570 * 60, "wait".into()));
    script.sort_by_key(|(at, _)| *at);
    let script: String = script
        .into_iter()
        .map(|(at, what)| format!("{:02}:{:02}:{:02} {what}\n", at / 3600, at / 60 % 60, at % 60))
        .collect();
    let mut floor = Floor::new(Settings::default());
    let decided = floor.play(&script).join("\n");
    insta::assert_snapshot!(decided);
}
