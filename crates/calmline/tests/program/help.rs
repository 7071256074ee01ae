//! Help, in both languages.

use crate::program::{Outcome, program, run};

#[test]
fn help_is_there_in_both_languages() -> Outcome {
    insta::assert_snapshot!("help_en", run(["--help"])?.out);
    insta::assert_snapshot!("help_zh", run(["--lang", "zh", "--help"])?.out);
    Ok(())
}

#[test]
fn every_command_has_help_in_chinese() -> Outcome {
    let commands = [
        "setup", "keys", "serve", "demo", "replay", "import", "policy", "attest", "doctor", "backup",
        "restore", "openapi", "plan", "train", "evaluate",
    ];
    for command in commands {
        let ran = run([command, "--help", "--lang=zh"])?;
        assert_eq!(ran.status, 0, "{ran:?}");
        let chinese = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(ran.out.lines().next().is_some_and(chinese), "{command}: {}", ran.out);
    }
    Ok(())
}

#[test]
fn the_language_comes_from_the_environment_too() -> Outcome {
    let of = |lang: &str| -> anyhow::Result<String> {
        Ok(String::from_utf8(program().arg("--help").env("LANG", lang).output()?.stdout)?)
    };
    assert_eq!(of("zh_CN.UTF-8")?, run(["--lang", "zh", "--help"])?.out);
    assert_eq!(of("fr_FR.UTF-8")?, run(["--help"])?.out);
    run(["--lang", "fr", "doctor"])?.failed(2, "fr");
    Ok(())
}
