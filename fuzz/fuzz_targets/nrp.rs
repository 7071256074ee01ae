//! Instances of schedules as text (nurse rostering): read, or refused by line and field.
#![no_main]

use calmline_plan::schedule::nrp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| match nrp::read(data) {
    Ok(instance) => {
        let nobody = nrp::Roster { roster: Default::default() };
        assert!(nrp::judge(&instance, &nobody).violations > 0, "nobody has a month");
    }
    Err(error) => {
        let said = error.to_string();
        assert!(said.starts_with("line ") || said.starts_with("SECTION_"), "{said}");
    }
});
