//! Policies, effects, options and ballots, as messages and as values, both ways.

use std::collections::BTreeSet;

use events::{
    CharterChange, Choice, Constituency, DecisionOption, DecisionPolicy, DelegationRule, Effect,
    Electorate, Extension, HeldElsewhere, Judge, Method, Objections, OptionKey, PolicyName,
    Present, Quorum, QuorumSize, Requirement, Role, RoleName, RollUnit, Share, TieRule,
    VotingWindow, Weight,
};
use kernel::ErrorCode;
use tonic::Status;
use wire::{
    read,
    weft::governance::v1::{self as message, choice, effect, electorate, method},
};

use super::{optional_id, words};

/// How many items a list inside a request may have.
const ITEMS_MAX: usize = 10_000;

/// How many bytes a name inside a policy may have.
const NAME_MAX: usize = 128;

/// Reads a name: short, and without spaces at its ends.
pub(super) fn name(value: &str, field: &str) -> Result<String, Status> {
    let name = read::text(value, field)?;
    if NAME_MAX < name.len() {
        let text = format!("has {} bytes, a name has at most {NAME_MAX}", name.len());
        return Err(wire::status(ErrorCode::Invalid, "TEXT_TOO_LONG", Some(field), &text));
    }
    Ok(name)
}

/// Refuses a list that is longer than anybody needs.
pub(super) fn bounded<T>(items: Vec<T>, field: &str) -> Result<Vec<T>, Status> {
    if ITEMS_MAX < items.len() {
        let text = format!("has {} items, at most {ITEMS_MAX} are read", items.len());
        return Err(wire::status(ErrorCode::Invalid, "LIST_TOO_LONG", Some(field), &text));
    }
    Ok(items)
}

fn needed<T>(value: Option<T>, field: &str) -> Result<T, Status> {
    value.ok_or_else(|| read::missing(field))
}

fn above_zero(value: u32) -> Option<u32> {
    (0 < value).then_some(value)
}

/// Reads a policy; whether it contradicts itself is the charter's to say.
pub(super) fn policy(policy: message::DecisionPolicy) -> Result<DecisionPolicy, Status> {
    let subjects = policy.subjects.iter().map(|it| words::subject(*it, "policy.subjects"));
    let roles = policy.proposer_roles.iter().map(|it| name(it, "policy.proposer_roles"));
    Ok(DecisionPolicy {
        name: PolicyName(name(&policy.name, "policy.name")?),
        subjects: subjects.collect::<Result<_, _>>()?,
        method: method(needed(policy.method, "policy.method")?)?,
        proposer_roles: roles.map(|it| it.map(RoleName)).collect::<Result<_, _>>()?,
        sponsors_min: policy.sponsors_min,
        discussion_hours_min: policy.discussion_hours_min,
        window: VotingWindow {
            hours_min: policy.voting_hours_min,
            hours_max: policy.voting_hours_max,
        },
        electorate: electorate(needed(policy.electorate, "policy.electorate")?)?,
        roll_moment: words::roll_moment(policy.roll_moment, "policy.roll_moment")?,
        quorum: policy.quorum.map(quorum).transpose()?,
        requirements: bounded(policy.requirements, "policy.requirements")?
            .into_iter()
            .map(requirement)
            .collect::<Result<_, _>>()?,
        objections: policy
            .objections
            .map(|it| {
                let judge = judge(it.judge, "policy.objections.judge")?;
                Ok::<_, Status>(Objections { judge, standing_max: it.standing_max })
            })
            .transpose()?,
        secrecy: words::secrecy(policy.secrecy, "policy.secrecy")?,
        results: words::results_shown(policy.results, "policy.results")?,
        ballot_change: words::ballot_change(policy.ballot_change, "policy.ballot_change")?,
        reasons: words::reasons(policy.reasons, "policy.reasons")?,
        delegation: delegation(policy.delegation),
        leavers: words::leavers(policy.leavers, "policy.leavers")?,
        extension: policy.extension.map(|it| Extension {
            times_max: it.times_max,
            hours: it.hours,
            if_inquorate: it.if_inquorate,
            if_tied: it.if_tied,
        }),
        early_close: words::early_close(policy.early_close, "policy.early_close")?,
        tie: tie(needed(policy.tie.and_then(|it| it.rule), "policy.tie")?)?,
        challenges: policy
            .challenges
            .map(|it| {
                let judge = judge(it.judge, "policy.challenges.judge")?;
                Ok::<_, Status>(events::Challenges { window_hours: it.window_hours, judge })
            })
            .transpose()?,
        review_after_days: above_zero(policy.review_after_days),
        sunset_after_days: above_zero(policy.sunset_after_days),
        repeat_after_days: policy.repeat_after_days,
        elsewhere: policy
            .elsewhere
            .map(|it| {
                let role = name(&it.reported_by_role, "policy.elsewhere.reported_by_role")?;
                let reported_by = RoleName(role);
                let (system, report_hours) = (it.system, it.report_hours);
                Ok::<_, Status>(HeldElsewhere { system, reported_by, report_hours })
            })
            .transpose()?,
    })
}

fn method(value: message::Method) -> Result<Method, Status> {
    Ok(match needed(value.method, "policy.method")? {
        method::Method::Majority(_) => Method::Majority {},
        method::Method::ProposalWithBlock(it) => {
            Method::ProposalWithBlock { blocks_max: it.blocks_max }
        }
        method::Method::Consent(_) => Method::Consent {},
        method::Method::Consensus(_) => Method::Consensus {},
        method::Method::Advice(_) => Method::Advice {},
        method::Method::Choose(it) => Method::Choose {
            choices_min: it.choices_min,
            choices_max: it.choices_max,
            winners: it.winners,
        },
        method::Method::Score(it) => {
            Method::Score { score_min: it.score_min, score_max: it.score_max, winners: it.winners }
        }
        method::Method::Dots(it) => Method::Dots { dots_max: it.dots_max, winners: it.winners },
        method::Method::Ranked(it) => Method::Ranked {
            rule: words::ranked_rule(it.rule, "policy.method.ranked.rule")?,
            seats: it.seats,
            ranks_max: above_zero(it.ranks_max),
        },
        method::Method::TimePoll(_) => Method::TimePoll {},
    })
}

fn electorate(value: message::Electorate) -> Result<Electorate, Status> {
    let classes =
        value.classes.iter().map(|it| words::membership_class(*it, "policy.electorate.classes"));
    let unit = match needed(value.unit, "policy.electorate.unit")? {
        electorate::Unit::Persons(_) => RollUnit::Person {},
        electorate::Unit::Organisations(_) => RollUnit::Organisation {},
        electorate::Unit::Weighted(table) => RollUnit::Weighted {
            weights: bounded(table.weights, "policy.electorate.weighted")?
                .into_iter()
                .map(|it| {
                    let party = read::party(it.party, "policy.electorate.weighted.party")?;
                    let field = "policy.electorate.weighted.constituency";
                    let constituency = read::optional_text(&it.constituency, field)?;
                    let constituency = constituency.map(Constituency);
                    Ok(Weight { party, weight: it.weight, constituency })
                })
                .collect::<Result<_, Status>>()?,
        },
    };
    Ok(Electorate { classes: classes.collect::<Result<BTreeSet<_>, _>>()?, unit })
}

fn quorum(value: message::Quorum) -> Result<Quorum, Status> {
    let size = match needed(value.size, "policy.quorum.size")? {
        message::quorum::Size::ShareOfRoll(it) => QuorumSize::ShareOfRoll(share(it)),
        message::quorum::Size::Units(it) => QuorumSize::Units(it),
        message::quorum::Size::ShareOfEach(it) => QuorumSize::ShareOfEach(share(it)),
    };
    Ok(Quorum {
        size,
        bound: words::bound(value.bound, "policy.quorum.bound")?,
        counts: Present {
            abstentions: value.counts_abstentions,
            blanks: value.counts_blanks,
            delegated: value.counts_delegated,
        },
    })
}

fn share(value: message::Share) -> Share {
    Share { numerator: value.numerator, denominator: value.denominator }
}

fn requirement(value: message::Requirement) -> Result<Requirement, Status> {
    Ok(Requirement {
        icon: words::icon(value.icon, "policy.requirements.icon")?,
        bound: words::bound(value.bound, "policy.requirements.bound")?,
        share: share(needed(value.share, "policy.requirements.share")?),
        base: words::base(value.base, "policy.requirements.base")?,
    })
}

fn judge(value: Option<message::Judge>, field: &str) -> Result<Judge, Status> {
    Ok(match needed(value.and_then(|it| it.judge), field)? {
        message::judge::Judge::Role(role) => Judge::Role(RoleName(name(&role, field)?)),
        message::judge::Judge::RollMember(_) => Judge::RollMember {},
    })
}

fn delegation(value: Option<message::DelegationRule>) -> DelegationRule {
    match value.and_then(|it| it.rule) {
        None | Some(message::delegation_rule::Rule::None(_)) => DelegationRule::None {},
        Some(message::delegation_rule::Rule::SingleStep(it)) => {
            DelegationRule::SingleStep { carried_max: above_zero(it.carried_max) }
        }
        Some(message::delegation_rule::Rule::Transitive(it)) => DelegationRule::Transitive {
            steps_max: it.steps_max,
            carried_max: above_zero(it.carried_max),
        },
    }
}

fn tie(value: message::tie_rule::Rule) -> Result<TieRule, Status> {
    Ok(match value {
        message::tie_rule::Rule::StatusQuo(_) => TieRule::StatusQuo {},
        message::tie_rule::Rule::CastingVoteRole(role) => {
            TieRule::CastingVote { role: RoleName(name(&role, "policy.tie.casting_vote_role")?) }
        }
        message::tie_rule::Rule::SecondRound(_) => TieRule::SecondRound {},
        message::tie_rule::Rule::SeededLot(_) => TieRule::SeededLot {},
    })
}

/// Reads a role.
pub(super) fn role(value: message::Role) -> Result<Role, Status> {
    Ok(Role {
        name: RoleName(name(&value.name, "role.name")?),
        responsibilities: read::document(&value.responsibilities, "role.responsibilities")?,
        term_days: value.term_days,
        consecutive_terms_max: above_zero(value.consecutive_terms_max),
        seats: value.seats,
        required: value.required,
    })
}

/// Reads a change to a charter.
pub(super) fn change(value: message::CharterChange) -> Result<CharterChange, Status> {
    use message::charter_change::Change;

    Ok(match needed(value.change, "change")? {
        Change::EditSection(it) => CharterChange::EditSection {
            section: words::section(it.section, "change.section")?,
            text: read::document(&it.text, "change.text")?,
        },
        Change::DefinePolicy(it) => CharterChange::DefinePolicy(policy(it)?),
        Change::ChangePolicy(it) => CharterChange::ChangePolicy(policy(it)?),
        Change::RetirePolicy(it) => {
            CharterChange::RetirePolicy(PolicyName(name(&it, "change.retire_policy")?))
        }
        Change::DefineRole(it) => CharterChange::DefineRole(role(it)?),
        Change::ChangeRole(it) => CharterChange::ChangeRole(role(it)?),
    })
}

fn changes(value: message::effect::Changes) -> Result<Vec<CharterChange>, Status> {
    bounded(value.changes, "effects.changes")?.into_iter().map(change).collect()
}

/// Reads an effect.
pub(super) fn effect(value: message::Effect) -> Result<Effect, Status> {
    let party = |party| read::party(Some(party), "effects.party");
    Ok(match needed(value.effect, "effects")? {
        effect::Effect::AmendCharter(it) => Effect::AmendCharter { changes: changes(it)? },
        effect::Effect::ChangePolicies(it) => Effect::ChangePolicies { changes: changes(it)? },
        effect::Effect::DeclareNetworkType(it) => Effect::DeclareNetworkType {
            types: it
                .types
                .iter()
                .map(|it| words::network_type(*it, "effects.types"))
                .collect::<Result<_, _>>()?,
        },
        effect::Effect::PauseNetwork(_) => Effect::PauseNetwork {},
        effect::Effect::ResumeNetwork(_) => Effect::ResumeNetwork {},
        effect::Effect::DissolveNetwork(_) => Effect::DissolveNetwork {},
        effect::Effect::OpenMembership(_) => Effect::OpenMembership {},
        effect::Effect::CloseMembership(_) => Effect::CloseMembership {},
        effect::Effect::AdmitMember(it) => Effect::AdmitMember { party: party(it)? },
        effect::Effect::DeclineApplication(it) => Effect::DeclineApplication { party: party(it)? },
        effect::Effect::SuspendMember(it) => Effect::SuspendMember { party: party(it)? },
        effect::Effect::ReinstateMember(it) => Effect::ReinstateMember { party: party(it)? },
        effect::Effect::ExpelMember(it) => Effect::ExpelMember { party: party(it)? },
        effect::Effect::ConferMandate(it) => Effect::ConferMandate {
            role: RoleName(name(&it.role, "effects.confer_mandate.role")?),
            holder: match it.holder_id.as_str() {
                "" => None,
                id => Some(read::id(id, "effects.confer_mandate.holder_id")?),
            },
        },
        effect::Effect::RecallMandate(id) => {
            Effect::RecallMandate { mandate: read::id(&id, "effects.recall_mandate")? }
        }
        effect::Effect::PrioritiseAgenda(it) => Effect::PrioritiseAgenda {
            items: bounded(it.item_ids, "effects.prioritise_agenda.item_ids")?
                .iter()
                .map(|id| read::id(id, "effects.prioritise_agenda.item_ids"))
                .collect::<Result<_, _>>()?,
        },
        effect::Effect::AdoptGoal(id) => {
            Effect::AdoptGoal { goal: read::id(&id, "effects.adopt_goal")? }
        }
        effect::Effect::AmendResolution(id) => {
            Effect::AmendResolution { resolution: read::id(&id, "effects.amend_resolution")? }
        }
        effect::Effect::RepealResolution(id) => {
            Effect::RepealResolution { resolution: read::id(&id, "effects.repeal_resolution")? }
        }
    })
}

/// Reads an option of a decision.
pub(super) fn option(value: message::DecisionOption) -> Result<DecisionOption, Status> {
    Ok(DecisionOption {
        key: key(&value.key, "options.key")?,
        icon: words::icon(value.icon, "options.icon")?,
        label: read::optional_text(&value.label, "options.label")?.unwrap_or_default(),
        candidate: match value.candidate_id.as_str() {
            "" => None,
            id => Some(read::id(id, "options.candidate_id")?),
        },
    })
}

/// Reads the name of an option.
pub(super) fn key(value: &str, field: &str) -> Result<OptionKey, Status> {
    name(value, field).map(OptionKey)
}

/// Reads a ballot; whether it satisfies its method is the decision's to say.
pub(super) fn choice(value: Option<message::Choice>) -> Result<Choice, Status> {
    let keys = |keys: choice::Choice| -> Result<Vec<OptionKey>, Status> {
        let (choice::Choice::Options(it) | choice::Choice::Ranking(it)) = keys else {
            return Err(read::missing("choice"));
        };
        bounded(it.keys, "choice")?.iter().map(|it| key(it, "choice")).collect()
    };
    Ok(match needed(value.and_then(|it| it.choice), "choice")? {
        choice::Choice::Abstain(_) => Choice::Abstain {},
        choice::Choice::Blank(_) => Choice::Blank {},
        choice::Choice::Option(it) => Choice::Option(key(&it, "choice.option")?),
        options @ choice::Choice::Options(_) => {
            let keys = keys(options)?;
            let chosen: BTreeSet<OptionKey> = keys.iter().cloned().collect();
            if chosen.len() < keys.len() {
                let text = "an option is chosen twice";
                let field = Some("choice.options");
                return Err(wire::status(ErrorCode::Invalid, "OPTION_REPEATED", field, text));
            }
            Choice::Options(chosen)
        }
        ranking @ choice::Choice::Ranking(_) => Choice::Ranking(keys(ranking)?),
        choice::Choice::Scores(it) => Choice::Scores(
            it.scores
                .iter()
                .map(|(option, score)| Ok((key(option, "choice.scores")?, *score)))
                .collect::<Result<_, Status>>()?,
        ),
        choice::Choice::Dots(it) => Choice::Dots(
            it.dots
                .iter()
                .map(|(option, dots)| Ok((key(option, "choice.dots")?, *dots)))
                .collect::<Result<_, Status>>()?,
        ),
        choice::Choice::Times(it) => Choice::Times(
            it.times
                .iter()
                .map(|(option, time)| {
                    Ok((key(option, "choice.times")?, words::availability(*time, "choice.times")?))
                })
                .collect::<Result<_, Status>>()?,
        ),
    })
}

/// Writes a policy.
pub(super) fn policy_message(policy: &DecisionPolicy) -> message::DecisionPolicy {
    message::DecisionPolicy {
        name: policy.name.to_string(),
        subjects: policy.subjects.iter().map(|it| words::subject_message(*it).into()).collect(),
        method: Some(method_message(&policy.method)),
        proposer_roles: policy.proposer_roles.iter().map(ToString::to_string).collect(),
        sponsors_min: policy.sponsors_min,
        discussion_hours_min: policy.discussion_hours_min,
        voting_hours_min: policy.window.hours_min,
        voting_hours_max: policy.window.hours_max,
        electorate: Some(electorate_message(&policy.electorate)),
        roll_moment: words::roll_moment_message(policy.roll_moment).into(),
        quorum: policy.quorum.as_ref().map(quorum_message),
        requirements: policy.requirements.iter().map(requirement_message).collect(),
        objections: policy.objections.as_ref().map(|it| message::Objections {
            judge: Some(judge_message(&it.judge)),
            standing_max: it.standing_max,
        }),
        secrecy: words::secrecy_message(policy.secrecy).into(),
        results: words::results_shown_message(policy.results).into(),
        ballot_change: words::ballot_change_message(policy.ballot_change).into(),
        reasons: words::reasons_message(policy.reasons).into(),
        delegation: Some(delegation_message(policy.delegation)),
        leavers: words::leavers_message(policy.leavers).into(),
        extension: policy.extension.map(|it| message::Extension {
            times_max: it.times_max,
            hours: it.hours,
            if_inquorate: it.if_inquorate,
            if_tied: it.if_tied,
        }),
        early_close: words::early_close_message(policy.early_close).into(),
        tie: Some(tie_message(&policy.tie)),
        challenges: policy.challenges.as_ref().map(|it| message::Challenges {
            window_hours: it.window_hours,
            judge: Some(judge_message(&it.judge)),
        }),
        review_after_days: policy.review_after_days.unwrap_or(0),
        sunset_after_days: policy.sunset_after_days.unwrap_or(0),
        repeat_after_days: policy.repeat_after_days,
        elsewhere: policy.elsewhere.as_ref().map(|it| message::HeldElsewhere {
            system: it.system.clone(),
            reported_by_role: it.reported_by.to_string(),
            report_hours: it.report_hours,
        }),
    }
}

fn method_message(value: &Method) -> message::Method {
    let method = match *value {
        Method::Majority {} => method::Method::Majority(method::Majority {}),
        Method::ProposalWithBlock { blocks_max } => {
            method::Method::ProposalWithBlock(method::ProposalWithBlock { blocks_max })
        }
        Method::Consent {} => method::Method::Consent(method::Consent {}),
        Method::Consensus {} => method::Method::Consensus(method::Consensus {}),
        Method::Advice {} => method::Method::Advice(method::Advice {}),
        Method::Choose { choices_min, choices_max, winners } => {
            method::Method::Choose(method::Choose { choices_min, choices_max, winners })
        }
        Method::Score { score_min, score_max, winners } => {
            method::Method::Score(method::Score { score_min, score_max, winners })
        }
        Method::Dots { dots_max, winners } => {
            method::Method::Dots(method::Dots { dots_max, winners })
        }
        Method::Ranked { rule, seats, ranks_max } => method::Method::Ranked(method::Ranked {
            rule: words::ranked_rule_message(rule).into(),
            seats,
            ranks_max: ranks_max.unwrap_or(0),
        }),
        Method::TimePoll {} => method::Method::TimePoll(method::TimePoll {}),
    };
    message::Method { method: Some(method) }
}

fn electorate_message(value: &Electorate) -> message::Electorate {
    let unit = match &value.unit {
        RollUnit::Person {} => electorate::Unit::Persons(electorate::Persons {}),
        RollUnit::Organisation {} => electorate::Unit::Organisations(electorate::Organisations {}),
        RollUnit::Weighted { weights } => electorate::Unit::Weighted(electorate::Weighted {
            weights: weights
                .iter()
                .map(|it| electorate::PartyWeight {
                    party: Some(read::party_message(it.party)),
                    weight: it.weight,
                    constituency: optional_id(it.constituency.as_ref()),
                })
                .collect(),
        }),
    };
    let classes = value.classes.iter().map(|it| words::membership_class_message(*it).into());
    message::Electorate { classes: classes.collect(), unit: Some(unit) }
}

fn quorum_message(value: &Quorum) -> message::Quorum {
    let size = match value.size {
        QuorumSize::ShareOfRoll(it) => message::quorum::Size::ShareOfRoll(share_message(it)),
        QuorumSize::Units(it) => message::quorum::Size::Units(it),
        QuorumSize::ShareOfEach(it) => message::quorum::Size::ShareOfEach(share_message(it)),
    };
    message::Quorum {
        size: Some(size),
        bound: words::bound_message(value.bound).into(),
        counts_abstentions: value.counts.abstentions,
        counts_blanks: value.counts.blanks,
        counts_delegated: value.counts.delegated,
    }
}

fn share_message(value: Share) -> message::Share {
    message::Share { numerator: value.numerator, denominator: value.denominator }
}

pub(super) fn requirement_message(value: &Requirement) -> message::Requirement {
    let Requirement { icon, bound, share, base } = *value;
    message::Requirement {
        icon: words::icon_message(icon).into(),
        bound: words::bound_message(bound).into(),
        share: Some(share_message(share)),
        base: words::base_message(base).into(),
    }
}

fn judge_message(value: &Judge) -> message::Judge {
    let judge = match value {
        Judge::Role(role) => message::judge::Judge::Role(role.to_string()),
        Judge::RollMember {} => message::judge::Judge::RollMember(message::judge::RollMember {}),
    };
    message::Judge { judge: Some(judge) }
}

fn delegation_message(value: DelegationRule) -> message::DelegationRule {
    use message::delegation_rule::{self as rule, Rule};

    let rule = match value {
        DelegationRule::None {} => Rule::None(rule::None {}),
        DelegationRule::SingleStep { carried_max } => {
            Rule::SingleStep(rule::SingleStep { carried_max: carried_max.unwrap_or(0) })
        }
        DelegationRule::Transitive { steps_max, carried_max } => {
            Rule::Transitive(rule::Transitive { steps_max, carried_max: carried_max.unwrap_or(0) })
        }
    };
    message::DelegationRule { rule: Some(rule) }
}

fn tie_message(value: &TieRule) -> message::TieRule {
    use message::tie_rule::{self as rule, Rule};

    let rule = match value {
        TieRule::StatusQuo {} => Rule::StatusQuo(rule::StatusQuo {}),
        TieRule::CastingVote { role } => Rule::CastingVoteRole(role.to_string()),
        TieRule::SecondRound {} => Rule::SecondRound(rule::SecondRound {}),
        TieRule::SeededLot {} => Rule::SeededLot(rule::SeededLot {}),
    };
    message::TieRule { rule: Some(rule) }
}

/// Writes a role.
pub(super) fn role_message(value: &Role) -> message::Role {
    message::Role {
        name: value.name.to_string(),
        responsibilities: value.responsibilities.clone(),
        term_days: value.term_days,
        consecutive_terms_max: value.consecutive_terms_max.unwrap_or(0),
        seats: value.seats,
        required: value.required,
    }
}

/// Writes a change to a charter.
pub(super) fn change_message(value: &CharterChange) -> message::CharterChange {
    use message::charter_change::{Change, EditSection};

    let change = match value {
        CharterChange::EditSection { section, text } => Change::EditSection(EditSection {
            section: words::section_message(*section).into(),
            text: text.clone(),
        }),
        CharterChange::DefinePolicy(policy) => Change::DefinePolicy(policy_message(policy)),
        CharterChange::ChangePolicy(policy) => Change::ChangePolicy(policy_message(policy)),
        CharterChange::RetirePolicy(name) => Change::RetirePolicy(name.to_string()),
        CharterChange::DefineRole(role) => Change::DefineRole(role_message(role)),
        CharterChange::ChangeRole(role) => Change::ChangeRole(role_message(role)),
    };
    message::CharterChange { change: Some(change) }
}

/// Writes an effect.
pub(super) fn effect_message(value: &Effect) -> message::Effect {
    let changes = |changes: &Vec<CharterChange>| effect::Changes {
        changes: changes.iter().map(change_message).collect(),
    };
    let effect = match value {
        Effect::AmendCharter { changes: it } => effect::Effect::AmendCharter(changes(it)),
        Effect::ChangePolicies { changes: it } => effect::Effect::ChangePolicies(changes(it)),
        Effect::DeclareNetworkType { types } => {
            effect::Effect::DeclareNetworkType(effect::NetworkTypes {
                types: types.iter().map(|it| words::network_type_message(*it).into()).collect(),
            })
        }
        Effect::PauseNetwork {} => effect::Effect::PauseNetwork(effect::None {}),
        Effect::ResumeNetwork {} => effect::Effect::ResumeNetwork(effect::None {}),
        Effect::DissolveNetwork {} => effect::Effect::DissolveNetwork(effect::None {}),
        Effect::OpenMembership {} => effect::Effect::OpenMembership(effect::None {}),
        Effect::CloseMembership {} => effect::Effect::CloseMembership(effect::None {}),
        Effect::AdmitMember { party } => effect::Effect::AdmitMember(read::party_message(*party)),
        Effect::DeclineApplication { party } => {
            effect::Effect::DeclineApplication(read::party_message(*party))
        }
        Effect::SuspendMember { party } => {
            effect::Effect::SuspendMember(read::party_message(*party))
        }
        Effect::ReinstateMember { party } => {
            effect::Effect::ReinstateMember(read::party_message(*party))
        }
        Effect::ExpelMember { party } => effect::Effect::ExpelMember(read::party_message(*party)),
        Effect::ConferMandate { role, holder } => {
            effect::Effect::ConferMandate(effect::ConferMandate {
                role: role.to_string(),
                holder_id: holder.map(|it| it.to_string()).unwrap_or_default(),
            })
        }
        Effect::RecallMandate { mandate } => effect::Effect::RecallMandate(mandate.to_string()),
        Effect::PrioritiseAgenda { items } => {
            effect::Effect::PrioritiseAgenda(effect::PrioritiseAgenda {
                item_ids: items.iter().map(ToString::to_string).collect(),
            })
        }
        Effect::AdoptGoal { goal } => effect::Effect::AdoptGoal(goal.to_string()),
        Effect::AmendResolution { resolution } => {
            effect::Effect::AmendResolution(resolution.to_string())
        }
        Effect::RepealResolution { resolution } => {
            effect::Effect::RepealResolution(resolution.to_string())
        }
    };
    message::Effect { effect: Some(effect) }
}

/// Writes an option of a decision.
pub(super) fn option_message(value: &DecisionOption) -> message::DecisionOption {
    message::DecisionOption {
        key: value.key.to_string(),
        icon: words::icon_message(value.icon).into(),
        label: value.label.clone(),
        candidate_id: value.candidate.map(|it| it.to_string()).unwrap_or_default(),
    }
}

/// Writes a ballot.
pub(super) fn choice_message(value: &Choice) -> message::Choice {
    let texts = |keys: &mut dyn Iterator<Item = &OptionKey>| choice::Keys {
        keys: keys.map(ToString::to_string).collect(),
    };
    let choice = match value {
        Choice::Abstain {} => choice::Choice::Abstain(choice::Nothing {}),
        Choice::Blank {} => choice::Choice::Blank(choice::Nothing {}),
        Choice::Option(key) => choice::Choice::Option(key.to_string()),
        Choice::Options(keys) => choice::Choice::Options(texts(&mut keys.iter())),
        Choice::Scores(scores) => choice::Choice::Scores(choice::Scores {
            scores: scores.iter().map(|(option, score)| (option.to_string(), *score)).collect(),
        }),
        Choice::Dots(dots) => choice::Choice::Dots(choice::Dots {
            dots: dots.iter().map(|(option, dots)| (option.to_string(), *dots)).collect(),
        }),
        Choice::Ranking(keys) => choice::Choice::Ranking(texts(&mut keys.iter())),
        Choice::Times(times) => choice::Choice::Times(choice::Times {
            times: times
                .iter()
                .map(|(option, time)| {
                    (option.to_string(), words::availability_message(*time).into())
                })
                .collect(),
        }),
    };
    message::Choice { choice: Some(choice) }
}
