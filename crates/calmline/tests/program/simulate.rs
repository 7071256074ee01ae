//! `calmline simulate`: the contract's smallest scenario, comparisons, and files that make no sense.

use std::{fs, path::PathBuf};

use crate::program::{Outcome, run};

fn scenario(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    folder.join(name).to_string_lossy().into_owned()
}

#[test]
fn the_smallest_scenario_is_what_theory_says() -> Outcome {
    let told = run(["simulate", "--scenario", &scenario("smallest.toml"), "--replications", "4", "--json"])?
        .json()?;
    assert_eq!(told["replications"], 4);
    // M/M/50+M with 48 calls per unit of time: the number in the system is Poisson's.
    for (name, theory, within) in
        [("p_wait", 0.405_40, 0.02), ("p_abandon", 0.039_42, 0.004), ("mean_wait", 0.039_42, 0.004)]
    {
        let (mean, ends) = (told[name]["mean"].as_f64(), &told[name]["ci95"]);
        assert!(mean.is_some_and(|mean| (mean - theory).abs() < within), "{name}: {}", told[name]);
        assert!(ends[0].as_f64() < mean && mean < ends[1].as_f64(), "{name}: {ends}");
    }
    assert!(
        told["calls"].as_u64() > Some(1_900_000) && told["calls_per_cpu_s"].as_f64() > Some(0.0),
        "{told}"
    );
    Ok(())
}

#[test]
fn scenarios_are_compared_by_common_chance_and_variants_with_their_own() -> Outcome {
    let folder = tempfile::tempdir()?;
    let text = fs::read_to_string(scenario("smallest.toml"))?.replace("10000.0", "500.0");
    let (base, other) = (folder.path().join("base.toml"), folder.path().join("other.toml"));
    fs::write(&base, format!("{text}\n[[variant]]\nname = \"one in ten fewer\"\nstaff = 0.9\n"))?;
    fs::write(&other, text.replace("count = 50", "count = 55"))?;
    let (base, other) = (base.to_string_lossy().into_owned(), other.to_string_lossy().into_owned());
    let told = run(["simulate", "--scenario", &base, "--compare", &other, "--json"])?.json()?;
    let compared = told["compared"].as_array().cloned().unwrap_or_default();
    let less = |n: usize| compared[n]["difference"]["p_wait"]["mean"].as_f64();
    assert_eq!(compared.len(), 2, "{told}");
    assert!(less(0) > Some(0.1) && less(1) < Some(-0.1), "{told}");
    let table = run(["simulate", "--scenario", &base, "--compare", &other, "--lang", "zh"])?.out;
    assert!(table.contains("one in ten fewer | other") && table.contains("占用率"), "{table}");
    fs::write(&other, format!("seed = 2\n{text}"))?;
    run(["simulate", "--scenario", &base, "--compare", &other])?.failed(3, "seed");
    Ok(())
}

#[test]
fn what_is_wrong_in_a_scenario_is_told_with_file_line_and_remedy() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("wrong.toml");
    fs::write(
        &file,
        fs::read_to_string(scenario("smallest.toml"))?.replace("serves = [\"main\"]", "serves = [\"man\"]"),
    )?;
    let file = file.to_string_lossy().into_owned();
    let failed = run(["simulate", "--scenario", &file])?;
    failed.failed(3, "line 6, name");
    run(["simulate", "--scenario", "no such file.toml"])?.failed(3, "no such file.toml");
    run(["simulate"])?.failed(2, "--scenario");
    Ok(())
}
