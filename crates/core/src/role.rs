//! Who may do what.
//!
//! One table, denied by default. The server asks [`may`] for every route; a snapshot test shows the whole matrix, so a
//! reviewer sees each change. *Own* resources are those of the signed-in person; nobody else can open them, whatever
//! their role.

use serde::{Deserialize, Serialize};

/// A role of someone who signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 坐席.
    Agent,
    /// 班组长.
    Supervisor,
    /// 现场管理: real-time analyst.
    Analyst,
    /// 排班师.
    Planner,
    /// 质检/培训.
    Coach,
    /// 系统管理员.
    Admin,
    /// 职工代表: works council.
    WorksCouncil,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Agent,
        Self::Supervisor,
        Self::Analyst,
        Self::Planner,
        Self::Coach,
        Self::Admin,
        Self::WorksCouncil,
    ];

    /// The word used in JSON and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Analyst => "analyst",
            Self::Planner => "planner",
            Self::Coach => "coach",
            Self::Admin => "admin",
            Self::WorksCouncil => "works_council",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            format!("role {text:?} is not one of {known}")
        })
    }
}

/// What can be read or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// One's own session and account.
    OwnAccount,
    /// One's own load, exposure, strain, breaks, calls and prompts.
    OwnDay,
    /// One's own consents and data: give, withdraw, download, erase.
    OwnData,
    /// Who works on what, operational facts only; changing it is to approve breaks.
    Floor,
    /// Alerts with their evidence.
    Alerts,
    /// Calls and their operational facts.
    Calls,
    /// What was said in a call.
    Transcripts,
    /// What may be sensed, and the notices of the site.
    Policy,
    /// What this installation recorded as computed and not computed.
    Attestation,
    /// Accounts of the site.
    Accounts,
    /// Keys of phone platforms and integrations.
    Keys,
    /// Queues and system health.
    Operations,
    /// How groups of five and more were in past weeks.
    Wellbeing,
    /// Minutes that count as worked whatever was done in them, by agent and interval, without the reason.
    ProtectedMinutes,
    /// What a break costs its queue: for those who plan, never a reason to refuse one.
    BreakPrices,
    /// What is kept of callers: its end, never its words.
    Callers,
    /// How often the software was right, by rule, signal and week; never by person.
    Monitoring,
    /// Which calls count in nobody's figures; never why, nor whose they were.
    Exclusions,
    /// Flags on customers whose callers were abusive again and again.
    Flags,
    /// Histories of calls, forecasts, staffing and rosters.
    Plans,
}

impl Resource {
    /// All resources.
    pub const ALL: [Self; 20] = [
        Self::OwnAccount,
        Self::OwnDay,
        Self::OwnData,
        Self::Floor,
        Self::Alerts,
        Self::Calls,
        Self::Transcripts,
        Self::Policy,
        Self::Attestation,
        Self::Accounts,
        Self::Keys,
        Self::Operations,
        Self::Wellbeing,
        Self::ProtectedMinutes,
        Self::BreakPrices,
        Self::Callers,
        Self::Monitoring,
        Self::Exclusions,
        Self::Flags,
        Self::Plans,
    ];
}

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Look.
    Read,
    /// Make, change or end.
    Change,
}

/// Whether a role may do something; no unless the table says yes.
#[must_use]
pub fn may(role: Role, action: Action, resource: Resource) -> bool {
    use Action::{Change, Read};
    use Resource::{
        Accounts, Alerts, Attestation, BreakPrices, Callers, Calls, Exclusions, Flags, Floor, Keys,
        Monitoring, Operations, OwnAccount, OwnData, OwnDay, Plans, Policy, ProtectedMinutes, Transcripts,
        Wellbeing,
    };
    let granted: &[(Action, Resource)] = match role {
        Role::Agent => &[(Read, OwnDay), (Change, OwnDay), (Read, OwnData), (Change, OwnData)],
        Role::Supervisor => &[
            (Read, Floor),
            (Change, Floor),
            (Read, Alerts),
            (Change, Alerts),
            (Read, Flags),
            (Change, Flags),
            (Read, Calls),
            (Read, Transcripts),
            (Read, Operations),
            (Read, Wellbeing),
        ],
        Role::Analyst => &[
            (Read, Floor),
            (Read, Calls),
            (Read, Operations),
            (Read, BreakPrices),
            (Read, Monitoring),
            (Read, Plans),
        ],
        Role::Planner => &[
            (Read, Exclusions),
            (Read, Operations),
            (Read, ProtectedMinutes),
            (Read, BreakPrices),
            (Read, Plans),
            (Change, Plans),
        ],
        Role::Coach => &[(Read, Calls), (Read, Transcripts)],
        Role::Admin => &[
            (Change, Policy),
            (Read, Attestation),
            (Read, Accounts),
            (Change, Accounts),
            (Read, Keys),
            (Change, Keys),
            (Read, Operations),
            (Change, Callers),
            (Read, Monitoring),
        ],
        Role::WorksCouncil => &[(Read, Attestation), (Read, Wellbeing), (Read, Monitoring)],
    };
    let everyone = [(Read, OwnAccount), (Change, OwnAccount), (Read, Policy)];
    everyone.contains(&(action, resource)) || granted.contains(&(action, resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_matrix() {
        let mut matrix = String::new();
        for resource in Resource::ALL {
            for action in [Action::Read, Action::Change] {
                let roles: Vec<_> =
                    Role::ALL.into_iter().filter(|&r| may(r, action, resource)).map(Role::as_str).collect();
                matrix += &format!("{action:?} {resource:?}: {}\n", roles.join(" "));
            }
        }
        insta::assert_snapshot!(matrix);
    }

    #[test]
    fn nobody_but_the_agent_opens_an_agents_own_day() {
        for role in Role::ALL.into_iter().filter(|&r| r != Role::Agent) {
            assert!(!may(role, Action::Read, Resource::OwnDay), "{role:?}");
            assert!(!may(role, Action::Read, Resource::OwnData), "{role:?}");
        }
    }
}
