//! Reading a table of people, line by line.

use calmline_core::{Role, catalog::Lang, event::Reason};

use crate::teams;

/// The most lines that one table may have.
pub const MOST_LINES: usize = 2_000;

/// Why a table cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not UTF-8.
    #[error("byte {at} is not UTF-8; save the table as CSV UTF-8")]
    Utf8 {
        /// The first wrong byte.
        at: usize,
    },
    /// A column that must be there is not.
    #[error(
        "the header line has no column {column}; it needs login and roles, and may have agent_id, team, language"
    )]
    Column {
        /// Which.
        column: &'static str,
    },
    /// A line is no CSV.
    #[error("line {line} cannot be read: {problem}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What the reader says.
        problem: String,
    },
    /// Too many lines.
    #[error("the table has more than {MOST_LINES} lines; import it in parts")]
    Many,
}

/// A line that cannot be taken. The catalogue has its sentence, and under the same code with `.remedy` what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Which, from 1; the header line is the first.
    pub line: u64,
    /// Which column.
    pub field: &'static str,
    /// What is wrong.
    pub reason: Reason,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which, from 1.
    pub line: u64,
    /// The name to sign in with.
    pub login: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// Their id on the phone platform.
    pub agent_id: Option<String>,
    /// Their team, or that they have none; nothing where the table does not say.
    pub team: Option<Option<String>>,
    /// The language that they read.
    pub language: Lang,
}

const COLUMNS: [(&str, &str); 5] = [
    ("login", "登录名"),
    ("roles", "角色"),
    ("agent_id", "坐席工号"),
    ("team", "班组"),
    ("language", "语言"),
];
const ROLES: [(Role, &str); 7] = [
    (Role::Agent, "坐席"),
    (Role::Supervisor, "班组长"),
    (Role::Analyst, "现场管理"),
    (Role::Planner, "排班师"),
    (Role::Coach, "质检"),
    (Role::Admin, "管理员"),
    (Role::WorksCouncil, "职工代表"),
];

/// The lines of a table: rows, and those that are wrong in themselves.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Result<Row, Fault>>, TableError> {
    let text = std::str::from_utf8(bytes).map_err(|error| TableError::Utf8 { at: error.valid_up_to() })?;
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let most = [b',', b';', b'\t'].into_iter().max_by_key(|&mark| {
        let count = header.bytes().filter(|&byte| byte == mark).count();
        (count, mark == b',')
    });
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(most.unwrap_or(b','))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let wrong = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        TableError::Line { line, problem: error.to_string() }
    };
    let header = reader.headers().map_err(|error| wrong(&error))?.clone();
    let place = |wanted: &str| {
        header.iter().position(|name| {
            COLUMNS.iter().any(|(en, zh)| *en == wanted && (name.eq_ignore_ascii_case(en) || name == *zh))
        })
    };
    let places = COLUMNS.map(|(name, _)| place(name));
    for (place, (column, _)) in places.iter().zip(COLUMNS).take(2) {
        if place.is_none() {
            return Err(TableError::Column { column });
        }
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if lines.len() == MOST_LINES {
            return Err(TableError::Many);
        }
        let line = record.position().map_or(1, |position| line_of(text, position));
        let fields = places.map(|place| place.map(|place| record.get(place).unwrap_or_default()));
        lines.push(row(line, fields).map_err(|(field, reason)| Fault { line, field, reason }));
    }
    Ok(lines)
}

/// The line on which a record begins. The reader's position lies before the empty lines that it passes over.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let begin = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(begin..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

fn row(line: u64, fields: [Option<&str>; 5]) -> Result<Row, (&'static str, Reason)> {
    let [login, roles, agent_id, team, language] = fields;
    let login = login.unwrap_or_default();
    let length = login.chars().count();
    if length == 0 || length > 100 || login.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(("login", Reason::new("import.login")));
    }
    let roles = read_roles(roles.unwrap_or_default()).map_err(|reason| ("roles", reason))?;
    let agent_id = agent_id.filter(|name| !name.is_empty());
    if agent_id.is_some_and(|name| name.chars().count() > 256 || name.chars().any(char::is_control)) {
        return Err(("agent_id", Reason::new("import.agent_id")));
    }
    if agent_id.is_some() && !roles.contains(&Role::Agent) {
        return Err(("agent_id", Reason::new("import.agent_needs_role")));
    }
    let team = match team {
        None => None,
        Some("") => Some(None),
        Some(team) => Some(Some(teams::name(team).map_err(|_| ("team", Reason::new("import.team")))?)),
    };
    let language = match language.unwrap_or_default() {
        "" => Lang::En,
        "中文" => Lang::Zh,
        word => word.parse().map_err(|_| ("language", Reason::new("import.language").with("word", word)))?,
    };
    Ok(Row { line, login: login.into(), roles, agent_id: agent_id.map(str::to_owned), team, language })
}

fn read_roles(text: &str) -> Result<Vec<Role>, Reason> {
    let mut roles = Vec::new();
    for word in text.split([' ', ';', '|', '、', ',']).filter(|word| !word.is_empty()) {
        let chinese = ROLES.iter().find(|(_, zh)| *zh == word).map(|(role, _)| *role);
        let role = chinese.or_else(|| word.to_ascii_lowercase().parse().ok());
        let role = role.ok_or_else(|| Reason::new("import.role").with("word", word))?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    if roles.is_empty() { Err(Reason::new("import.no_role")) } else { Ok(roles) }
}
