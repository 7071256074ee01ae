//! Importing people from a table: reading it, and comparing it with who is there. No I/O: what would be done comes out, with
//! every line that cannot be taken, and nothing is done while there is one.
//!
//! | column | what | must |
//! |---|---|---|
//! | `login` 登录名 | the name to sign in with | yes |
//! | `roles` 角色 | one or more, with spaces or semicolons between | yes |
//! | `agent_id` 坐席工号 | the id on the phone platform, for an agent | |
//! | `team` 班组 | the agent's team; an empty field is no team, without the column teams stay | |
//! | `language` 语言 | `en` or `zh`, for new accounts; who has one chooses it | |
//!
//! Columns may come in any order, others are passed over. Fields are divided by comma, semicolon or tab, whichever the header
//! line has most of; a byte-order mark is left out.

mod table;

use std::collections::{BTreeMap, HashMap};

use calmline_core::{AccountId, AgentId, Role, event::Reason};
use calmline_store::Account;

use self::table::read;
pub use self::table::{Fault, MOST_LINES, Row, TableError};

/// An account that would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// By which line.
    pub line: u64,
    /// As it is.
    pub account: Account,
    /// Its new roles, if they change.
    pub roles: Option<Vec<Role>>,
    /// Its agent's team before and after, if it changes.
    pub team: Option<(Option<String>, Option<String>)>,
}

/// Who is there.
#[derive(Debug, Default)]
pub struct Present {
    /// All accounts of the site.
    pub accounts: Vec<Account>,
    /// Pseudonyms by id on the phone platform.
    pub agents: HashMap<String, AgentId>,
    /// Teams by agent.
    pub teams: BTreeMap<AgentId, String>,
}

/// What an import would do.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    /// Accounts to be made.
    pub add: Vec<Row>,
    /// Accounts to be changed.
    pub change: Vec<Change>,
    /// Lines that say what is so already.
    pub same: usize,
    /// Lines that cannot be taken; while there is one, nothing is done.
    pub bad: Vec<Fault>,
}

/// Reads a table and says what importing it would do; `me` is who imports.
///
/// # Errors
/// When it is no table of people at all.
pub fn plan(bytes: &[u8], present: &Present, me: &AccountId) -> Result<Plan, TableError> {
    let mut plan = Plan::default();
    let mut rows = Vec::new();
    for read in read(bytes)? {
        match read {
            Ok(row) => rows.push(row),
            Err(fault) => plan.bad.push(fault),
        }
    }
    let mut logins: HashMap<&str, u64> = HashMap::new();
    let mut agents: HashMap<&str, u64> = HashMap::new();
    for row in &rows {
        let twice = |code: &str, line: u64| Reason::new(code).with("line", line.to_string().as_str());
        if let Some(&line) = logins.get(row.login.as_str()) {
            plan.fault(row, "login", twice("import.login_twice", line));
            continue;
        }
        logins.insert(&row.login, row.line);
        if let Some(agent) = row.agent_id.as_deref()
            && let Some(line) = agents.insert(agent, row.line)
        {
            plan.fault(row, "agent_id", twice("import.agent_twice", line));
            continue;
        }
        let account = present.accounts.iter().find(|account| account.login == row.login);
        match account {
            Some(account) => plan.changes(row, account, present, me),
            None => plan.adds(row, present),
        }
    }
    plan.bad.sort_by_key(|fault| fault.line);
    Ok(plan)
}

impl Plan {
    fn fault(&mut self, row: &Row, field: &'static str, reason: Reason) {
        self.bad.push(Fault { line: row.line, field, reason });
    }

    fn adds(&mut self, row: &Row, present: &Present) {
        let agent = row.agent_id.as_ref().and_then(|name| present.agents.get(name));
        let taken = agent
            .and_then(|agent| present.accounts.iter().find(|account| account.agent.as_ref() == Some(agent)));
        if let Some(account) = taken {
            let reason = Reason::new("import.agent_taken").with("login", account.login.as_str());
            return self.fault(row, "agent_id", reason);
        }
        if row.agent_id.is_none() && matches!(row.team, Some(Some(_))) {
            return self.fault(row, "team", Reason::new("import.team_needs_agent"));
        }
        self.add.push(row.clone());
    }

    fn changes(&mut self, row: &Row, account: &Account, present: &Present, me: &AccountId) {
        let named = row.agent_id.as_ref().map(|name| present.agents.get(name));
        if named.is_some_and(|agent| agent.is_none() || agent != account.agent.as_ref()) {
            return self.fault(row, "agent_id", Reason::new("import.agent_link"));
        }
        let roles = (!same(&row.roles, &account.roles)).then(|| row.roles.clone());
        if roles.is_some() && account.id == *me {
            return self.fault(row, "roles", Reason::new("import.own_account"));
        }
        if account.agent.is_some() && !row.roles.contains(&Role::Agent) {
            return self.fault(row, "roles", Reason::new("import.keeps_agent"));
        }
        if account.agent.is_none() && matches!(row.team, Some(Some(_))) {
            return self.fault(row, "team", Reason::new("import.team_needs_agent"));
        }
        let before = account.agent.as_ref().and_then(|agent| present.teams.get(agent)).cloned();
        let team = row.team.clone().filter(|after| *after != before).map(|after| (before, after));
        if roles.is_none() && team.is_none() {
            self.same += 1;
        } else {
            self.change.push(Change { line: row.line, account: account.clone(), roles, team });
        }
    }
}

fn same(one: &[Role], other: &[Role]) -> bool {
    one.iter().all(|role| other.contains(role)) && other.iter().all(|role| one.contains(role))
}

#[cfg(test)]
mod tests {
    use calmline_core::{SiteId, Timestamp, catalog::Lang};

    use super::*;

    fn account(login: &str, roles: &[Role], agent: Option<&str>) -> Account {
        Account {
            id: AccountId::new(format!("u-{login}")).unwrap(),
            site: SiteId::new("s").unwrap(),
            login: login.into(),
            roles: roles.to_vec(),
            agent: agent.map(|agent| AgentId::new(agent).unwrap()),
            language: Lang::En,
            password_hash: String::new(),
            disabled: false,
            created: Timestamp::UNIX_EPOCH,
        }
    }

    fn present() -> Present {
        let li = AgentId::new("a-1").unwrap();
        Present {
            accounts: vec![
                account("ops", &[Role::Admin], None),
                account("li.wei", &[Role::Agent], Some("a-1")),
            ],
            agents: [("1017".to_owned(), li.clone())].into(),
            teams: [(li, "Billing".to_owned())].into(),
        }
    }

    fn planned(table: &str) -> Plan {
        plan(table.as_bytes(), &present(), &AccountId::new("u-ops").unwrap()).unwrap()
    }

    #[test]
    fn a_table_says_who_is_new_who_changes_and_who_stays() {
        let plan = planned(
            "\u{feff}login;roles;agent_id;team;phone\nmaria;agent coach;1018;Claims;1\n\nli.wei;agent;1017;Claims;2\nops;admin;;;3\n",
        );
        assert_eq!(plan.bad, []);
        let [maria] = plan.add.as_slice() else { panic!("{plan:?}") };
        assert_eq!((maria.line, maria.roles.as_slice()), (2, &[Role::Agent, Role::Coach][..]));
        assert_eq!(maria.team, Some(Some("Claims".into())));
        let [li] = plan.change.as_slice() else { panic!("{plan:?}") };
        assert_eq!(li.team, Some((Some("Billing".into()), Some("Claims".into()))));
        assert_eq!((li.line, &li.roles, plan.same), (4, &None, 1));
    }

    #[test]
    fn chinese_headers_and_roles_are_read_and_without_a_column_teams_stay() {
        let plan = planned("登录名,角色,坐席工号,语言\n王芳,坐席、质检,1020,中文\nli.wei,坐席,1017,zh\n");
        assert_eq!((plan.add[0].language, plan.add[0].team.clone()), (Lang::Zh, None));
        assert_eq!((plan.same, plan.bad.len()), (1, 0));
    }

    #[test]
    fn each_bad_line_is_named_with_its_column_and_has_a_sentence_and_a_remedy_in_both_languages() {
        let cases = [
            ("two words,agent,,,", "login", "import.login"),
            ("x,,,,", "roles", "import.no_role"),
            ("x,king,,,", "roles", "import.role"),
            ("x,coach,9,,", "agent_id", "import.agent_needs_role"),
            ("x,agent,1017,,", "agent_id", "import.agent_taken"),
            ("x,coach,,Claims,", "team", "import.team_needs_agent"),
            ("x,agent,9,,fr", "language", "import.language"),
            ("li.wei,agent,2000,,", "agent_id", "import.agent_link"),
            ("li.wei,coach,,,", "roles", "import.keeps_agent"),
            ("ops,coach,,,", "roles", "import.own_account"),
        ];
        for (line, field, code) in cases {
            let plan = planned(&format!("login,roles,agent_id,team,language\nok,agent,7,,\n{line}\n"));
            let [fault] = plan.bad.as_slice() else { panic!("{line}: {plan:?}") };
            assert_eq!((fault.line, fault.field, fault.reason.code.as_str()), (3, field, code));
            for lang in [Lang::En, Lang::Zh] {
                assert_ne!(lang.say(code), code);
                let remedy = format!("{code}.remedy");
                assert_ne!(lang.say(&remedy), remedy);
            }
        }
        let twice = planned("login,roles,agent_id\nx,agent,7\nx,agent,8\ny,agent,7\n");
        let codes: Vec<_> = twice.bad.iter().map(|fault| (fault.line, fault.reason.code.as_str())).collect();
        assert_eq!(codes, [(3, "import.login_twice"), (4, "import.agent_twice")]);
    }

    #[test]
    fn what_is_no_table_of_people_is_refused_whole() {
        let me = AccountId::new("u-ops").unwrap();
        let refused = |bytes: &[u8]| plan(bytes, &present(), &me).unwrap_err();
        assert_eq!(refused(b"login,roles\n\xff"), TableError::Utf8 { at: 12 });
        assert_eq!(refused(b"name,roles\nx,agent\n"), TableError::Column { column: "login" });
        assert_eq!(refused(b""), TableError::Column { column: "login" });
        let many = format!("login,roles\n{}", "x,agent\n".repeat(MOST_LINES + 1));
        assert_eq!(refused(many.as_bytes()), TableError::Many);
    }

    proptest::proptest! {
        #[test]
        fn nothing_sent_makes_it_panic(text in "(login|roles|team|[a-z,;\"\n 坐席]){0,60}") {
            let _ = plan(text.as_bytes(), &present(), &AccountId::new("u-ops").unwrap());
        }
    }
}
