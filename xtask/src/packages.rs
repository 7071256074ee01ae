//! System packages: installed where we may, else named in the exact line to run.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

/// What a command needs of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build whisper.cpp.
    Build,
    /// To speak in the demo and to fetch the speech model.
    Speech,
    /// To build the web app, and to test and photograph it. Debian's Node may be too old; `web` says so then.
    Web,
}

impl Need {
    /// Everything.
    pub const ALL: [Self; 3] = [Self::Build, Self::Speech, Self::Web];

    /// Debian's packages, each with a file that is there once it is installed.
    fn packages(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Self::Build => &[
                ("build-essential", &["/usr/bin/g++"]),
                ("cmake", &["/usr/bin/cmake"]),
                ("clang", &["/usr/bin/clang"]),
                ("libclang-dev", &["/usr/lib/llvm-*/lib/libclang.so"]),
            ],
            Self::Speech => {
                &[("espeak-ng", &["/usr/bin/espeak-ng"]), ("python3-pip", &["/usr/bin/pip3", "/usr/bin/pip"])]
            }
            Self::Web => &[
                ("nodejs", &["/usr/bin/node", "/usr/local/bin/node"]),
                ("npm", &["/usr/bin/npm", "/usr/local/bin/npm"]),
                ("chromium", &["/usr/bin/chromium"]),
                ("fonts-noto-cjk", &["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"]),
                ("fonts-inter", &["/usr/share/fonts/opentype/inter/Inter-Regular.otf"]),
            ],
        }
    }
}

/// Installs what is missing.
pub fn install(needs: &[Need]) -> Result<()> {
    let missing: Vec<&str> = needs
        .iter()
        .flat_map(|need| need.packages())
        .filter(|(_, files)| !files.iter().any(|file| exists(file)))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get update && apt-get install -y {}", missing.join(" "));
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("please install these packages (Debian's names): {}", missing.join(" "));
    }
    if !is_root() {
        bail!("these packages are missing; please run:\n  sudo sh -c '{line}'");
    }
    eprintln!("xtask: installing {}", missing.join(" "));
    let log = std::env::temp_dir().join(format!("calmline-packages-{}.log", std::process::id()));
    let script = format!("({line}) > {} 2>&1", log.display());
    let status =
        Command::new("sh").env("DEBIAN_FRONTEND", "noninteractive").args(["-c", &script]).status()?;
    if !status.success() {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        bail!("installing packages failed ({status}):\n{said}\nplease run: {line}");
    }
    std::fs::remove_file(&log).ok();
    Ok(())
}

/// Whether a file is there; a `*` stands for the rest of one folder's name.
fn exists(file: &str) -> bool {
    let Some((before, after)) = file.split_once('*') else { return Path::new(file).exists() };
    let (parent, start) = before.rsplit_once('/').unwrap_or(("", before));
    std::fs::read_dir(parent).is_ok_and(|entries| {
        entries.filter_map(Result::ok).any(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with(start)
                && Path::new(&format!("{}{after}", entry.path().display())).exists()
        })
    })
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0")
}
