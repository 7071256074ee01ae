//! Small instances of nurse rostering, beside every roster that there is.

use std::collections::BTreeMap;

use calmline_plan::schedule::{Effort, nrp};
use proptest::prelude::*;

use crate::nrp::recount;

const DAYS: usize = 7;

fn instances() -> impl Strategy<Value = String> {
    let person = (0_u32..4, 1_u32..4, 4_u32..6, 0_u32..4, 2_u32..5, 1_u32..3, 1_u32..3, 0_u32..2);
    let wish = (0_usize..2, 0_usize..DAYS, 0_usize..2, 1_u32..4);
    let cover = prop::collection::vec((0_u32..2, 0_u32..3), DAYS);
    (
        prop::collection::vec(person, 2),
        prop::collection::vec(wish, 0..5),
        prop::collection::vec((0_usize..2, 0_usize..DAYS), 0..3),
        cover,
        any::<bool>(),
    )
        .prop_map(|(people, wishes, leave, cover, forbid)| {
            let mut text = format!(
                "SECTION_HORIZON\n{DAYS}\nSECTION_SHIFTS\nE,480,\nL,600,{}\n",
                if forbid { "E" } else { "" }
            );
            text += "SECTION_STAFF\n";
            for (row, (early, late, most, least, run, run_least, off, weekends)) in people.iter().enumerate()
            {
                let run_least = run_least.min(run);
                let (most, least) = (most * 500, least * 480);
                text +=
                    &format!("p{row},E={early}|L={late},{most},{least},{run},{run_least},{off},{weekends}\n");
            }
            text += "SECTION_DAYS_OFF\n";
            leave.iter().for_each(|(who, day)| text += &format!("p{who},{day}\n"));
            text += "SECTION_SHIFT_ON_REQUESTS\n";
            for (row, (who, day, shift, weight)) in wishes.iter().enumerate() {
                if row == 2 {
                    text += "SECTION_SHIFT_OFF_REQUESTS\n";
                }
                text += &format!("p{who},{day},{},{weight}\n", ["E", "L"][*shift]);
            }
            text += "SECTION_COVER\n";
            for (day, (early, late)) in cover.iter().enumerate() {
                text += &format!("{day},E,{early},10,1\n{day},L,{late},7,2\n");
            }
            text
        })
}

/// All months of somebody that the outsider's count finds no fault with.
fn months(text: &str, who: &str, other: &str) -> Vec<Vec<String>> {
    let month = |mut code: usize| {
        let mut next = || {
            let shift = ["", "E", "L"][code % 3];
            code /= 3;
            shift.to_owned()
        };
        (0..DAYS).map(|_| next()).collect::<Vec<_>>()
    };
    let alone = |month: &Vec<String>| {
        let both =
            BTreeMap::from([(who.to_owned(), month.clone()), (other.to_owned(), vec![String::new(); DAYS])]);
        !recount(text, &both).1.iter().any(|fault| fault.starts_with(who))
    };
    (0..3_usize.pow(DAYS as u32)).map(month).filter(alone).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_roster_is_cheaper_and_the_bound_is_below_all(text in instances()) {
        let instance = nrp::read(&text).expect("an instance");
        let (one, other) = (months(&text, "p0", "p1"), months(&text, "p1", "p0"));
        let effort = Effort { seed: 1, lanes: 1, rounds: Some(30) };
        let solution = nrp::solve(&instance, &effort, &mut |_| true);
        // So that every pair can be counted: one in some of them.
        prop_assume!(one.len() * other.len() < 60_000);
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
        let count = |(one, other): (&Vec<String>, &Vec<String>)| {
            recount(&text, &BTreeMap::from([("p0".to_owned(), one.clone()), ("p1".to_owned(), other.clone())])).0
        };
        match (pairs.map(count).min(), solution) {
            (None, solution) => prop_assert!(solution.is_err(), "rosters where there are none"),
            (Some(best), Ok(solution)) => {
                prop_assert!(solution.bound <= best, "bound {} above {}", solution.bound, best);
                prop_assert_eq!(solution.objective, best);
            }
            (Some(_), Err(error)) => prop_assert!(false, "{}", error),
        }
    }
}
