//! `openapi`: the document that describes the API, as `GET /openapi.json` answers it.

use calmline_server::routes;

use crate::{cli::Openapi, failure::Failure, said::Said};

/// Runs the command.
pub fn run(options: Openapi, said: &Said) -> Result<(), Failure> {
    let document = routes::document();
    let Some(path) = options.out else { return said.json(&document) };
    let text = serde_json::to_string_pretty(&document)? + "\n";
    std::fs::write(&path, text).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?;
    said.line(path.display().to_string());
    Ok(())
}
