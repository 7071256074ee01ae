//! Bad files: the field, the place, the remedy; never a panic.

use calmline_plan::schedule::{centre, nrp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{centre::dozen, nrp::WEEK};

#[test]
fn a_centre_with_a_bad_field_is_refused_by_its_name() {
    let cases: [(&str, Value, &str); 12] = [
        ("/slots_per_day", json!(0), "slots_per_day"),
        ("/days", json!(4), "demand: 3 days of demand for 4 days"),
        ("/demand/1", json!([1, 2]), "demand[1]: 2 slots for a day of 24"),
        ("/demand/1/3", json!(-1), "demand[1][3]"),
        ("/under_weight", json!(-3), "under_weight"),
        (
            "/agents/2/type",
            json!("XX"),
            "agents[2].type: there is no shift type \"XX\"; name one of shift_types",
        ),
        ("/agents/2/start_lo", json!(13), "agents[2].start_lo"),
        ("/agents/2/days", json!([2, 1]), "agents[2].days[1]: 1 is not after 2"),
        ("/agents/2/days", json!([7]), "agents[2].days[0]"),
        ("/agents/2/id", json!(1), "agents[2].id: 1 occurs twice"),
        ("/shift_types/FT/length", json!(24), "shift_types.FT.length"),
        ("/shift_types/FT/breaks/1/lo", json!(4), "shift_types.FT.breaks[1].lo"),
    ];
    for (pointer, value, said) in cases {
        let mut instance = dozen();
        *instance.pointer_mut(pointer).expect("a field") = value;
        let error = centre::read(&instance.to_string()).expect_err(pointer).to_string();
        assert!(error.contains(said), "{pointer}: {error}");
    }
    let error = centre::read("{\n\"days\": true}").expect_err("no number").to_string();
    assert!(error.contains("line 2") && error.contains("docs/schedule.md"), "{error}");
}

#[test]
fn an_nrp_line_that_makes_no_sense_is_refused_by_its_number() {
    let cases = [
        (
            "7\nSECTION_SHIFTS",
            "x\nSECTION_SHIFTS",
            "line 2, horizon: \"x\" is no number; give a whole number from 0",
        ),
        ("7\nSECTION_SHIFTS", "0\nSECTION_SHIFTS", "line 2, horizon: it is 0"),
        ("L,600,E", "L,600,Q", "line 5, shifts that cannot follow: there is no shift \"Q\""),
        ("L,600,E", "E,600,", "line 5, shift: \"E\" occurs twice"),
        ("L,600,E", "L,0,E", "line 5, length: it is 0"),
        ("A,E=7|L=2", "A,E=7|Q=2", "line 7, most shifts"),
        ("1440,5,1,1,0", "1440,5,6,1,0", "line 8, least consecutive shifts: 6 is above 5"),
        ("A,3\n", "A,7\n", "line 11, day: 7 is not before the horizon, 7"),
        ("A,0,E,2", "Z,0,E,2", "line 13, employee: there is no \"Z\""),
        ("B,1,E,3", "B,1,E", "line 15, weight: it is missing"),
        ("1,E,1,20,1", "0,E,1,20,1", "line 18, shift: this day has it already"),
        ("SECTION_COVER", "SECTION_COVERS", "line 16, section: there is no SECTION_COVERS"),
        ("SECTION_HORIZON\n", "", "line 1, section: the line is in none"),
    ];
    for (old, new, said) in cases {
        let text = WEEK.replacen(old, new, 1);
        assert_ne!(text, WEEK, "{old}");
        let error = nrp::read(&text).expect_err(old).to_string();
        assert!(error.contains(said), "{old}: {error}");
    }
    let error = nrp::read("").expect_err("nothing").to_string();
    assert!(error.contains("SECTION_HORIZON"), "{error}");
}

proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(cut in 0_usize..600, more in "[0-9A-Z=|,\\-\n #_]{0,40}") {
        let at = cut.min(WEEK.len());
        let text = format!("{}{more}{}", &WEEK[..at], &WEEK[(at + more.len()).min(WEEK.len())..]);
        let _ = nrp::read(&text);
        let text = dozen().to_string();
        let at = (cut * 3).min(text.len());
        let _ = centre::read(&format!("{}{more}{}", &text[..at], &text[(at + more.len()).min(text.len())..]));
    }

    /// What can be read can be solved, or is refused by name.
    #[test]
    fn what_can_be_read_does_not_make_the_search_panic(line in 0_usize..23, field in 0_usize..8, value in 0_u32..2000) {
        let lines = WEEK.lines().enumerate().map(|(number, text)| {
            let mut fields: Vec<String> = text.split(',').map(str::to_owned).collect();
            if number == line && field < fields.len() && fields[field].parse::<u32>().is_ok() {
                fields[field] = value.to_string();
            }
            fields.join(",") + "\n"
        });
        if let Ok(instance) = nrp::read(&lines.collect::<String>()) {
            let effort = calmline_plan::schedule::Effort { seed: 1, lanes: 1, rounds: Some(3) };
            if let Ok(solution) = nrp::solve(&instance, &effort, &mut |_| true) {
                prop_assert_eq!(nrp::judge(&instance, &solution.roster).violations, 0);
            }
        }
    }
}
